#include "engine/changes.h"

#include <algorithm>
#include <cstring>

#include "base/memory_cap.h"
#include "base/temp_space.h"
#include "engine/side_files.h"
#include "output/csv_writer.h"
#include "output/output_file.h"

namespace crm {
namespace {

constexpr std::size_t kReadBytes = 256u << 10;
constexpr std::size_t kWriteBytes = 1u << 20;

// A kept row: u32 bytes that follow, u32 cells, then id and cells as (u32 column, u32 size, text); the id has
// no column.
void put_u32(std::uint32_t value, std::string& out) { out.append(reinterpret_cast<const char*>(&value), 4); }

std::uint32_t get_u32(const char*& at) {
  std::uint32_t value;
  std::memcpy(&value, at, 4);
  at += 4;
  return value;
}

/// Turns kept rows into records of the file.
class KeptRowWriter {
 public:
  KeptRowWriter(std::vector<int> columns, std::size_t output_columns, char delimiter, OutputFile& file)
      : columns_(std::move(columns)),
        place_(output_columns, -1),
        fields_(columns_.size() + 1),
        delimiter_(delimiter),
        file_(file) {
    for (std::size_t i = 0; i < columns_.size(); ++i) place_[columns_[i]] = static_cast<int>(i + 1);
  }

  /// `row` begins behind its size.
  void write(const char* row) {
    std::fill(fields_.begin(), fields_.end(), std::string_view());
    const std::uint32_t cells = get_u32(row);
    const std::uint32_t id_size = get_u32(row);
    fields_[0] = {row, id_size};
    row += id_size;
    for (std::uint32_t i = 0; i < cells; ++i) {
      const std::uint32_t column = get_u32(row);
      const std::uint32_t size = get_u32(row);
      fields_[place_[column]] = {row, size};
      row += size;
    }
    append_record(fields_, delimiter_, out_);
    if (out_.size() >= kWriteBytes) flush();
  }

  void flush() {
    file_.append(out_);
    clear_scratch(out_);
  }

 private:
  std::vector<int> columns_;
  std::vector<int> place_;  // output column → field
  std::vector<std::string_view> fields_;
  char delimiter_;
  OutputFile& file_;
  std::string out_;
};

}  // namespace

void ChangesBatch::add_row(std::string_view record_id, std::span<const ChangedCell> cells) {
  const std::size_t start = bytes_.size();
  put_u32(0, bytes_);
  put_u32(static_cast<std::uint32_t>(cells.size()), bytes_);
  put_u32(static_cast<std::uint32_t>(record_id.size()), bytes_);
  bytes_ += record_id;
  for (const ChangedCell& cell : cells) {
    put_u32(static_cast<std::uint32_t>(cell.output_column), bytes_);
    put_u32(static_cast<std::uint32_t>(cell.text.size()), bytes_);
    bytes_ += cell.text;
    if (changed_.size() <= static_cast<std::size_t>(cell.output_column))
      changed_.resize(cell.output_column + 1);
    changed_[cell.output_column] = true;
  }
  const auto size = static_cast<std::uint32_t>(bytes_.size() - start - 4);
  std::memcpy(bytes_.data() + start, &size, 4);
}

ChangesWriter::ChangesWriter(const MergePlan& plan, TempSpace& temp, std::uint64_t memory_bytes)
    : plan_(plan), temp_(temp), memory_bytes_(memory_bytes), changed_(plan.output.size()) {}

ChangesWriter::~ChangesWriter() = default;

void ChangesWriter::append(const ChangesBatch& batch) {
  append_bytes(batch.bytes_);
  for (std::size_t i = 0; i < batch.changed_.size(); ++i) {
    if (batch.changed_[i]) changed_[i] = true;
  }
}

void ChangesWriter::append_bytes(std::string_view bytes) {
  bytes_ += bytes;
  if (bytes_.size() <= memory_bytes_) return;
  if (!spill_) spill_ = temp_.create_spill();
  spill_->append(bytes_);
  clear_scratch(bytes_);
}

void ChangesWriter::write(OutputFile& file) const {
  const char delimiter = output_delimiter(file.path());
  std::vector<int> columns;
  std::vector<std::string_view> names;
  names.push_back(plan_.record_id_column ? std::string_view(plan_.original_header[*plan_.record_id_column])
                                         : "");
  for (std::size_t i = 0; i < changed_.size(); ++i) {
    if (!changed_[i]) continue;
    columns.push_back(static_cast<int>(i));
    names.push_back(plan_.output[i].name);
  }
  std::string header;
  append_record(names, delimiter, header);
  file.append(header);

  KeptRowWriter writer(std::move(columns), plan_.output.size(), delimiter, file);
  std::string buffer;  // begins with a row
  const auto write_whole_rows = [&] {
    std::size_t used = 0;
    while (buffer.size() - used >= 4) {
      std::uint32_t size;
      std::memcpy(&size, buffer.data() + used, 4);
      if (buffer.size() - used - 4 < size) break;
      writer.write(buffer.data() + used + 4);
      used += 4 + std::size_t{size};
    }
    buffer.erase(0, used);
  };
  const std::uint64_t spilled = spill_ ? spill_->size() : 0;
  for (std::uint64_t at = 0; at < spilled;) {
    const std::size_t kept = buffer.size();
    const std::size_t more = std::min<std::uint64_t>(kReadBytes, spilled - at);
    buffer.resize(kept + more);
    spill_->read_at(at, buffer.data() + kept, more);
    at += more;
    write_whole_rows();
  }
  buffer += bytes_;
  write_whole_rows();
  writer.flush();
}

}  // namespace crm
