#include "api/import_tables.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/error.h"
#include "duckdb/function.h"
#include "engine/sql/row_stream.h"

namespace crm_merge {
namespace {

using crm::RowBlock;
using crm::RowStream;

/// Reads in order on one thread of DuckDB's; the stream behind it scans on several of its own. What it throws is kept with
/// the source: DuckDB would end the statement with it, but connections share what callbacks threw.
class SourceReader final : public crm::duck::TableReader {
 public:
  SourceReader(ImportSource& source, const std::vector<int>& projection)
      : source_(source), columns_(projection.size()), stream_(*source.input, options(source, projection)) {}

  std::size_t fill(crm::duck::ChunkWriter& chunk) override {
    try {
      return copy_rows(chunk);
    } catch (...) {
      source_.failure = std::current_exception();
      return 0;
    }
  }

 private:
  static RowStream::Options options(const ImportSource& source, const std::vector<int>& projection) {
    RowStream::Options options;
    options.columns = projection;
    options.threads = source.threads;
    options.rejects = source.rejects;
    options.stop = source.stop;
    return options;
  }

  std::size_t copy_rows(crm::duck::ChunkWriter& chunk) {
    if (source_.failure) return 0;
    while (!block_ || at_ == block_->rows()) {
      block_ = stream_.next();
      at_ = 0;
      if (block_) continue;
      source_.account = stream_.account();
      source_.finished = true;
      return 0;
    }
    const std::size_t rows = std::min(crm::duck::kChunkRows, block_->rows() - at_);
    for (std::size_t c = 0; c < columns_; ++c) {
      crm::duck::ColumnWriter column = chunk.column(c);
      for (std::size_t i = 0; i < rows; ++i) column.set_valid_text(i, block_->cell(at_ + i, c));
      if (column.has_nulls()) throw crm::Error(crm::ErrorCode::internal, "a cell was lost on its way into DuckDB");
    }
    at_ += rows;
    return rows;
  }

  ImportSource& source_;
  std::size_t columns_;
  RowStream stream_;
  std::shared_ptr<const RowBlock> block_;
  std::size_t at_ = 0;
};

struct SourceScan final : crm::duck::TableScan {
  SourceScan(ImportSource& of, std::vector<int> wanted) : source(of), projection(std::move(wanted)) {}
  std::unique_ptr<crm::duck::TableReader> reader() override { return std::make_unique<SourceReader>(source, projection); }
  ImportSource& source;
  std::vector<int> projection;
};

}  // namespace

void ImportTables::add_to(crm::duck::Connection& connection) {
  crm::duck::TableFunction function;
  function.name = "crm_import";
  function.parameters = 1;
  function.bind = [self = shared_from_this()](std::span<const std::int64_t> arguments) {
    ImportSource& source = self->source(arguments[0]);
    const crm::InputProfile& profile = source.input->profile();
    crm::duck::TableBinding binding;
    for (std::size_t i = 0; i < profile.columns.size(); ++i) {
      binding.columns.emplace_back(fmt::format("c{}", i), crm::duck::Type::varchar());
    }
    binding.rows = profile.estimated_rows;
    binding.open = [&source](std::vector<int> projection) { return std::make_unique<SourceScan>(source, std::move(projection)); };
    return binding;
  };
  connection.add(std::move(function));
}

std::int64_t ImportTables::add(ImportSource& source) {
  const std::lock_guard lock(mutex_);
  sources_[next_] = &source;
  return next_++;
}

void ImportTables::remove(std::int64_t number) {
  const std::lock_guard lock(mutex_);
  sources_.erase(number);
}

ImportSource& ImportTables::source(std::int64_t number) {
  const std::lock_guard lock(mutex_);
  const auto found = sources_.find(number);
  if (found == sources_.end()) throw crm::Error(crm::ErrorCode::invalid_config, "crm_import is for import_file alone");
  return *found->second;
}

}  // namespace crm_merge
