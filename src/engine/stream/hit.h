#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/stream/varint.h"
#include "model/plan.h"

namespace crm {

/// No usable recency.
inline constexpr std::int64_t kNoRecency = INT64_MIN;

/// What all hits of a merge have in common: which merged column each file's cells belong to, and whether rows
/// carry a recency.
struct HitLayout {
  explicit HitLayout(const MergePlan& plan);

  std::vector<std::vector<int>> columns;  ///< per file: merged columns that it has a cell for, ascending
  bool recency = false;                   ///< some column takes the most recent value
  bool completeness = false;              ///< some column takes the most complete row's value
  std::size_t bitmap_bytes(int file) const { return (columns[file].size() + 7) / 8; }
};

/// A row of an enriched file that a key leads to, as it is stored: only the cells that are not blank.
///
/// In bytes: this head, the recency where the layout has it, a bitmap of the file's columns, the cells'
/// sizes, their counts where `counted`, and, `text_at` bytes from the start, the texts.
struct HitHead {
  std::uint32_t bytes = 0;  ///< of the whole record
  std::uint32_t slot = 0;   ///< the key
  std::uint32_t check = 0;
  std::uint32_t completeness : 31 = 0;
  std::uint32_t counted : 1 = 0;  ///< cells stand for several rows' (thinned out: see survivors.h)
  std::uint64_t row : 48 = 0;     ///< 0-based in its file
  std::uint64_t file : 16 = 0;
  std::uint64_t line : 48 = 0;
  std::uint64_t text_at : 16 = 0;  ///< 0: too far for 16 bits
};
static_assert(sizeof(HitHead) == 32);
/// What a row or line number may be: 2.8e14.
inline constexpr std::uint64_t kRowMask = (std::uint64_t{1} << 48) - 1;

/// One cell of a hit.
struct HitCell {
  int column = 0;  ///< merged column
  std::string_view text;
  std::uint64_t count = 1;  ///< rows of the same comparison key that it stands for
  bool escaped = false;     ///< `text` still has its quotes doubled: `append_hit` undoes that on its way
};

/// Appends a record. `cells` go by column; `head.bytes` and `head.counted` are set here.
void append_hit(const HitLayout& layout, HitHead head, std::int64_t recency,
                const std::vector<HitCell>& cells, std::string& out);

inline HitHead hit_head(const char* record) {
  HitHead head;
  std::memcpy(&head, record, sizeof head);
  return head;
}

inline std::int64_t hit_recency(const HitLayout& layout, const char* record) {
  if (!layout.recency) return kNoRecency;
  const char* at = record + sizeof(HitHead);
  return get_fixed<std::int64_t>(at);
}

/// Calls `each(const HitCell&)` for the cells, by column.
template <typename Each>
void for_each_cell(const HitLayout& layout, const char* record, Each&& each) {
  const HitHead head = hit_head(record);
  const std::vector<int>& columns = layout.columns[head.file];
  const char* const bitmap = record + sizeof(HitHead) + (layout.recency ? sizeof(std::int64_t) : 0);
  const std::size_t bitmap_bytes = layout.bitmap_bytes(static_cast<int>(head.file));
  const char* size_at = bitmap + bitmap_bytes;
  const char* count_at = nullptr;
  const char* text = record + head.text_at;
  if (head.text_at == 0 || head.counted != 0) {
    std::size_t cells = 0;
    for (std::size_t i = 0; i < bitmap_bytes; ++i) {
      cells += static_cast<std::size_t>(__builtin_popcount(static_cast<unsigned char>(bitmap[i])));
    }
    text = size_at;
    for (std::size_t i = 0; i < cells; ++i) get_varint(text);
    count_at = text;
    for (std::size_t i = 0; head.counted != 0 && i < cells; ++i) get_varint(text);
  }
  HitCell cell;
  for (std::size_t byte = 0; byte < bitmap_bytes; ++byte) {
    for (unsigned bits = static_cast<unsigned char>(bitmap[byte]); bits != 0; bits &= bits - 1) {
      const std::size_t size = get_varint(size_at);
      cell.column = columns[byte * 8 + static_cast<unsigned>(__builtin_ctz(bits))];
      cell.text = {text, size};
      cell.count = head.counted != 0 ? get_varint(count_at) : 1;
      text += size;
      each(cell);
    }
  }
}

}  // namespace crm
