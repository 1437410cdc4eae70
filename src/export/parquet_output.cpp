#include "export/parquet_output.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/temp_space.h"
#include "duckdb/database.h"
#include "duckdb/function.h"
#include "export/table_names.h"
#include "ingest/batch_stream.h"
#include "ingest/csv_input.h"
#include "ingest/scanner.h"
#include "sql/sql.h"

namespace crm {
namespace {

// A row group is in memory until it is full: about so much text. DuckDB counts rows by chunks of 2,048.
constexpr std::uint64_t kRowGroupBytes = 16u << 20;
constexpr std::uint64_t kLeastGroupRows = duck::kChunkRows, kMostGroupRows = 60 * duck::kChunkRows;
constexpr std::uint64_t kLeastDuckdbBytes = 48u << 20;
constexpr std::size_t kCopyBytes = 1u << 20;

/// The rows of a text, for DuckDB. One thread, so that they keep their order.
class RowScan final : public duck::TableScan {
 public:
  RowScan(Input& input, std::vector<int> projection, std::stop_token stop) {
    ScanOptions options;
    options.columns = std::move(projection);
    options.stop = std::move(stop);
    stream_ = std::make_unique<BatchStream>(input, options);
  }

  std::unique_ptr<duck::TableReader> reader() override { return std::make_unique<Reader>(*stream_); }

 private:
  struct Reader : duck::TableReader {
    explicit Reader(BatchStream& the_stream) : stream(the_stream) {}

    std::size_t fill(duck::ChunkWriter& chunk) override {
      while (batch == nullptr || at == batch->rows()) {
        at = 0;
        if (!stream.next(batch)) return 0;
      }
      const std::size_t rows = std::min(duck::kChunkRows, batch->rows() - at);
      for (std::size_t c = 0; c < batch->columns(); ++c) {
        duck::ColumnWriter column = chunk.column(c);
        for (std::size_t i = 0; i < rows; ++i) column.set_valid_text(i, batch->cell(at + i, c, scratch));
        if (column.has_nulls()) throw Error(ErrorCode::internal, "a cell was lost on its way into Parquet");
      }
      at += rows;
      return rows;
    }

    BatchStream& stream;
    const RecordBatch* batch = nullptr;
    std::size_t at = 0;
    std::string scratch;
  };

  std::unique_ptr<BatchStream> stream_;
};

/// Text of the one writer as an input: header and rows.
CsvInput::Parts text_parts(std::unique_ptr<SpillFile> file) {
  CsvInput::Parts parts;
  parts.text = spilled_text(std::move(file), 0);
  parts.format.max_record_bytes = kMaxRecordBytesLimit;
  for (std::uint64_t size = kCopyBytes;; size *= 2) {
    std::string head(static_cast<std::size_t>(std::min(size, parts.text->size())), '\0');
    parts.text->read_at(0, head.data(), head.size());
    RecordParser parser(',');
    parser.start(head.data(), head.size(), head.size() == parts.text->size(), 0);
    const ParsedRecord counted = parser.next(nullptr, 0);
    if (counted.end == ParsedRecord::End::need_more) continue;
    std::vector<Field> fields(counted.fields);
    parser.start(head.data(), head.size(), head.size() == parts.text->size(), 0);
    parser.next(fields.data(), fields.size());
    for (const Field& field : fields) parts.profile.columns.push_back(cell_text(head.data(), field));
    parts.format.columns = fields.size();
    parts.data_begin = counted.next;
    return parts;
  }
}

class ParquetOutput final : public OutputFile {
 public:
  ParquetOutput(std::unique_ptr<OutputFile> file, const TableOutputOptions& options)
      : file_(std::move(file)), options_(options), text_(options.temp->create_spill()) {}

  void append(std::string_view bytes) override {
    lines_ += static_cast<std::uint64_t>(std::count(bytes.begin(), bytes.end(), '\n'));
    text_->append(bytes);
  }
  const std::string& path() const override { return file_->path(); }

  void complete() override {
    if (!text_) return;
    const std::uint64_t bytes = text_->size();
    CsvInput input(text_parts(std::move(text_)));
    const std::unique_ptr<SpillFile> parquet = options_.temp->create_spill();
    write_parquet(input, group_rows(bytes), parquet->fd());
    copy(*parquet);
    file_->complete();
  }

  void publish() override {
    complete();
    file_->publish();
  }

 private:
  /// By the average row, which the threads and the memory limit do not change.
  std::uint64_t group_rows(std::uint64_t bytes) const {
    const std::uint64_t row_bytes = bytes / std::max<std::uint64_t>(lines_, 1) + 1;
    return std::clamp(kRowGroupBytes / row_bytes / duck::kChunkRows * duck::kChunkRows, kLeastGroupRows, kMostGroupRows);
  }

  void write_parquet(CsvInput& input, std::uint64_t group_rows, int fd) const {
    duck::Database database(":memory:",
                            {{"threads", "1"},
                             {"memory_limit", fmt::format("{}B", std::max(kLeastDuckdbBytes, options_.memory_bytes / 2))},
                             {"temp_directory", options_.temp->named_folder().string()},
                             {"preserve_insertion_order", "true"},
                             {"autoinstall_known_extensions", "false"},
                             {"autoload_known_extensions", "false"}});
    duck::Connection connection = database.connect();
    connection.add(rows_function(input));
    const Literal place(fmt::format("/proc/self/fd/{}", fd));
    connection.execute(sql("SET allowed_paths = [{}]", place).text());
    connection.execute("SET enable_external_access = false");
    connection.execute(sql("COPY (FROM merged_rows()) TO {} (FORMAT parquet, ROW_GROUP_SIZE {}, USE_TMP_FILE false)", place,
                           group_rows)
                           .text());
  }

  duck::TableFunction rows_function(CsvInput& input) const {
    duck::TableFunction function;
    function.name = "merged_rows";
    function.bind = [this, &input](std::span<const std::int64_t>) {
      duck::TableBinding binding;
      const std::vector<std::string>& header = input.profile().columns;
      const std::vector<std::string_view> names(header.begin(), header.end());
      for (std::string& name : table_names(names, NameCase::does_not_count)) {
        binding.columns.emplace_back(std::move(name), duck::Type::varchar());
      }
      binding.rows = lines_;
      binding.open = [this, &input](std::vector<int> projection) {
        return std::make_unique<RowScan>(input, std::move(projection), options_.stop);
      };
      return binding;
    };
    return function;
  }

  void copy(const SpillFile& parquet) const {
    std::string chunk;
    const std::uint64_t size = parquet_size(parquet);
    for (std::uint64_t at = 0; at < size; at += chunk.size()) {
      chunk.resize(static_cast<std::size_t>(std::min<std::uint64_t>(kCopyBytes, size - at)));
      parquet.read_at(at, chunk.data(), chunk.size());
      file_->append(chunk);
    }
  }

  /// SpillFile::size knows only of what was appended by us.
  static std::uint64_t parquet_size(const SpillFile& parquet);

  std::unique_ptr<OutputFile> file_;
  TableOutputOptions options_;
  std::unique_ptr<SpillFile> text_;
  std::uint64_t lines_ = 0;
};

std::uint64_t ParquetOutput::parquet_size(const SpillFile& parquet) {
  struct stat status = {};
  if (::fstat(parquet.fd(), &status) != 0) throw Error(ErrorCode::internal, "a temporary file has no size");
  return static_cast<std::uint64_t>(status.st_size);
}

}  // namespace

std::unique_ptr<OutputFile> make_parquet_output(std::unique_ptr<OutputFile> file, const TableOutputOptions& options) {
  return std::make_unique<ParquetOutput>(std::move(file), options);
}

}  // namespace crm
