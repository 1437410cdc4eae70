#pragma once

#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/temp_space.h"
#include "ingest/csv_input.h"
#include "ingest/input.h"
#include "ingest/rejects.h"
#include "ingest/text_store.h"

// What tests of the reader share: text in memory as an input, and everything that a scan says, gathered.
namespace scan_support {

/// A folder that goes when the test does.
class ScratchFolder {
 public:
  ScratchFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "crm-merge-test-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~ScratchFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::string write(const std::string& name, std::string_view bytes) const {
    const std::filesystem::path file = path_ / name;
    std::ofstream(file, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    return file.string();
  }

 private:
  std::filesystem::path path_;
};

class TextInMemory final : public crm::TextStore {
 public:
  explicit TextInMemory(std::string text) : text_(std::move(text)) {}
  std::uint64_t size() const override { return text_.size(); }
  void read_at(std::uint64_t offset, char* into, std::size_t size) const override {
    std::memcpy(into, text_.data() + offset, size);
  }

 private:
  std::string text_;
};

/// An input whose first data record is the first byte of `text`.
inline std::unique_ptr<crm::CsvInput> input_of(std::string text, const crm::ScanFormat& format,
                                               std::uint64_t lookahead_bytes = crm::kLookaheadBytes) {
  crm::CsvInput::Parts parts;
  parts.profile.path = "test.csv";
  parts.text = std::make_unique<TextInMemory>(std::move(text));
  parts.format = format;
  parts.lookahead_bytes = lookahead_bytes;
  return std::make_unique<crm::CsvInput>(std::move(parts));
}

struct Row {
  std::vector<std::string> cells;
  std::uint64_t line = 0;
  std::string raw;
  bool canonical = false;
};

struct Scanned {
  std::vector<Row> rows;
  std::vector<crm::Reject> rejects;
  std::vector<crm::BatchPosition> positions;
  crm::InputAccount account;
};

class RejectList final : public crm::RejectSink {
 public:
  explicit RejectList(std::vector<crm::Reject>& list) : list_(list) {}
  void add(const crm::Reject& reject) override { list_.push_back(reject); }

 private:
  std::vector<crm::Reject>& list_;
};

struct MappedRows : crm::Input::Mapped {
  std::vector<Row> rows;
  std::uint64_t first_row = 0, first_line = 0;
};

/// Scans all of `input`, gathering everything. Lines come from the committed position.
inline Scanned scan_all(crm::Input& input, crm::ScanOptions options = {}) {
  Scanned scanned;
  RejectList sink(scanned.rejects);
  options.rejects = &sink;
  if (options.columns.empty()) options.all_columns = true;
  const auto map = [](const crm::RecordBatch& batch, int) {
    auto mapped = std::make_unique<MappedRows>();
    mapped->first_row = batch.first_row;
    mapped->first_line = batch.first_line;
    std::string scratch;
    for (std::size_t row = 0; row < batch.rows(); ++row) {
      Row& out = mapped->rows.emplace_back();
      for (std::size_t column = 0; column < batch.columns(); ++column) {
        out.cells.emplace_back(batch.cell(row, column, scratch));
      }
      out.line = batch.line_offset(row);
      out.raw = batch.raw(row);
      out.canonical = batch.canonical(row);
    }
    return mapped;
  };
  const auto commit = [&](std::unique_ptr<crm::Input::Mapped> mapped, const crm::BatchPosition& position) {
    auto& rows = static_cast<MappedRows&>(*mapped).rows;
    for (Row& row : rows) {
      row.line += position.first_line;
      scanned.rows.push_back(std::move(row));
    }
    scanned.positions.push_back(position);
  };
  scanned.account = input.scan(options, map, commit);
  return scanned;
}

}  // namespace scan_support
