#include "server/table_page.h"

#include <memory>
#include <string_view>

#include "base/error.h"
#include "ingest/record_parser.h"
#include "ingest/scanner.h"

namespace crm {
namespace {

constexpr std::size_t kPieceBytes = 256u << 10;
constexpr std::size_t kMostColumns = 20'000;

/// Records of an object from a record's start on, with a window of text that grows where a record is long.
class Records {
 public:
  Records(ObjectStore& store, const std::string& key, char delimiter, std::uint64_t offset)
      : parser_(delimiter), fields_(kMostColumns), base_(offset) {
    GetOptions options;
    options.range.offset = offset;
    reader_ = store.get(key, options);
    parser_.start(text_.data(), 0, false, 0);
  }

  /// The next record; nothing: there is none.
  std::optional<TableRow> next() {
    for (;;) {
      const ParsedRecord record = parser_.next(fields_.data(), fields_.size());
      switch (record.end) {
        case ParsedRecord::End::complete:
          at_ = record.next;
          if (record.size == 0) continue;  // an empty line
          return cells(record);
        case ParsedRecord::End::need_more: read_more(); continue;
        case ParsedRecord::End::open_quote:
        case ParsedRecord::End::no_record: return std::nullopt;
      }
    }
  }

  /// Where the next record begins in the object.
  std::uint64_t offset() const { return base_ + at_; }

 private:
  TableRow cells(const ParsedRecord& record) const {
    TableRow row;
    row.reserve(record.fields);
    for (std::size_t f = 0; f < record.fields && f < fields_.size(); ++f) row.push_back(cell_text(text_.data(), fields_[f]));
    return row;
  }

  void read_more() {
    text_.erase(0, at_);
    base_ += at_;
    at_ = 0;
    if (text_.size() > kMaxTablePageRecordBytes) {
      throw Error(ErrorCode::limit_exceeded, "a row here is too long to be shown; download the file");
    }
    const std::size_t had = text_.size();
    text_.resize(had + kPieceBytes);
    const std::size_t got = reader_->read(text_.data() + had, kPieceBytes);
    text_.resize(had + got);
    parser_.start(text_.data(), text_.size(), got == 0, 0);
  }

  RecordParser parser_;
  std::vector<Field> fields_;
  std::unique_ptr<ObjectReader> reader_;
  std::string text_;
  std::uint64_t base_;      // of text_ in the object
  std::size_t at_ = 0;      // of the next record in text_
};

}  // namespace

TablePage read_table_page(ObjectStore& store, const std::string& key, char delimiter, const TablePageQuery& query) {
  TablePage page;
  Records head(store, key, delimiter, 0);
  page.columns = head.next().value_or(TableRow{});
  const std::uint64_t begin = query.offset == 0 ? head.offset() : query.offset;
  const auto info = store.stat(key);
  if (!info || begin > info->size) throw Error(ErrorCode::invalid_input, "cursor: it is none of this file");
  if (begin == info->size) return page;
  Records records(store, key, delimiter, begin);
  while (page.rows.size() < query.limit && records.offset() - begin < kTablePageScanBytes) {
    auto row = records.next();
    if (!row) return page;
    if (!query.wanted || query.wanted(page.columns, *row)) page.rows.push_back(*std::move(row));
  }
  if (records.offset() < info->size) page.next = records.offset();
  return page;
}

}  // namespace crm
