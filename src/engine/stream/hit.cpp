#include "engine/stream/hit.h"

#include <algorithm>

#include "base/error.h"
#include "base/memory_cap.h"
#include "ingest/input.h"

namespace crm {
namespace {

std::size_t unescaped_bytes(const HitCell& cell) {
  if (!cell.escaped) return cell.text.size();
  return cell.text.size() - static_cast<std::size_t>(std::count(cell.text.begin(), cell.text.end(), '"')) / 2;
}

}  // namespace

HitLayout::HitLayout(const MergePlan& plan) : columns(plan.inputs.size()) {
  for (std::size_t c = 0; c < plan.columns.size(); ++c) {
    for (std::size_t f = 0; f < plan.inputs.size(); ++f) {
      if (plan.columns[c].sources[f] >= 0) columns[f].push_back(static_cast<int>(c));
    }
    recency |= plan.columns[c].strategy == Strategy::most_recent;
    completeness |= plan.columns[c].strategy == Strategy::most_complete;
  }
}

void append_hit(const HitLayout& layout, HitHead head, std::int64_t recency,
                const std::vector<HitCell>& cells, std::string& out) {
  const std::size_t start = out.size();
  head.counted =
      std::any_of(cells.begin(), cells.end(), [](const HitCell& cell) { return cell.count != 1; }) ? 1 : 0;
  put_fixed(head, out);
  if (layout.recency) put_fixed(recency, out);

  const std::size_t bitmap = out.size();
  out.append(layout.bitmap_bytes(static_cast<int>(head.file)), '\0');
  std::size_t place = 0;
  const std::vector<int>& columns = layout.columns[head.file];
  for (const HitCell& cell : cells) {
    while (columns[place] != cell.column) ++place;
    out[bitmap + place / 8] = static_cast<char>(out[bitmap + place / 8] | 1 << (place % 8));
    put_varint(unescaped_bytes(cell), out);
  }
  if (head.counted != 0) {
    for (const HitCell& cell : cells) put_varint(cell.count, out);
  }
  std::size_t texts = 0;
  for (const HitCell& cell : cells) texts += cell.text.size();
  if (texts >= kLargeGrowthBytes && out.capacity() < out.size() + texts) {
    out.reserve(out.size() + texts);  // unescaping long cells bit by bit would double it
  }
  const std::size_t text_at = out.size() - start;
  head.text_at = text_at <= UINT16_MAX ? static_cast<std::uint16_t>(text_at) : 0;
  for (const HitCell& cell : cells) {
    if (cell.escaped) {
      append_unescaped(cell.text, out);
    } else {
      out += cell.text;
    }
  }

  const std::size_t bytes = out.size() - start;
  if (bytes > UINT32_MAX) {
    throw Error(ErrorCode::limit_exceeded,
                "a row of an enriched file is larger than 4 GiB; leave its columns out (--drop)");
  }
  head.bytes = static_cast<std::uint32_t>(bytes);
  std::memcpy(out.data() + start, &head, sizeof head);
}

}  // namespace crm
