#include "engine/sql/row_stream.h"

#include <algorithm>

#include "base/error.h"

namespace crm {
namespace {

constexpr std::size_t kBlocksAhead = 4;
constexpr std::uint64_t kBlockBytes = 1u << 20;

}  // namespace

RowBlock::RowBlock(const RecordBatch& batch, std::size_t columns) : columns_(columns) {
  std::size_t bytes = 0;
  for (std::size_t row = 0; row < batch.rows(); ++row) {
    for (std::size_t column = 0; column < columns_; ++column) bytes += batch.field(row, column).size;
  }
  text_.reserve(bytes);
  ends_.reserve(batch.rows() * columns_);
  line_offsets_.reserve(batch.rows());
  std::string scratch;
  for (std::size_t row = 0; row < batch.rows(); ++row) {
    for (std::size_t column = 0; column < columns_; ++column) {
      text_ += batch.cell(row, column, scratch);
      ends_.push_back(static_cast<std::uint32_t>(text_.size()));
    }
    line_offsets_.push_back(batch.line_offset(row));
  }
}

RowStream::RowStream(Input& input, Options options)
    : input_(input),
      options_(std::move(options)),
      thread_([this](std::stop_token stop) { scan(std::move(stop)); }),
      stop_with_caller_(options_.stop, [this] { thread_.request_stop(); }) {}

RowStream::~RowStream() {
  thread_.request_stop();
  thread_.join();
}

void RowStream::scan(std::stop_token stop) {
  ScanOptions options;
  options.columns = options_.columns;
  options.threads = options_.threads;
  options.block_bytes = kBlockBytes;
  options.rejects = options_.rejects;
  options.stop = stop;
  std::exception_ptr failure;
  InputAccount account;
  try {
    account = input_.scan(
        options,
        [&](const RecordBatch& batch, int) { return std::make_unique<RowBlock>(batch, options_.columns.size()); },
        [&](std::unique_ptr<Input::Mapped> mapped, const BatchPosition& position) {
          std::shared_ptr<RowBlock> block(static_cast<RowBlock*>(mapped.release()));
          block->first_row = position.first_row;
          block->first_line = position.first_line;
          std::unique_lock lock(mutex_);
          if (!changed_.wait(lock, stop, [&] { return waiting_.size() < kBlocksAhead; })) {
            throw Error(ErrorCode::cancelled, "The merge was cancelled");
          }
          waiting_.push_back(std::move(block));
          const auto bytes = static_cast<double>(std::max<std::uint64_t>(1, input_.text_bytes()));
          fraction_ = std::min(1.0, static_cast<double>(position.bytes_done) / bytes);
          changed_.notify_all();
        });
  } catch (...) {
    failure = std::current_exception();
  }
  const std::lock_guard lock(mutex_);
  failure_ = failure;
  account_ = account;
  ended_ = true;
  changed_.notify_all();
}

std::shared_ptr<const RowBlock> RowStream::next() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return !waiting_.empty() || ended_; });
  if (!waiting_.empty()) {
    std::shared_ptr<const RowBlock> block = std::move(waiting_.front());
    waiting_.pop_front();
    changed_.notify_all();
    return block;
  }
  if (failure_) std::rethrow_exception(failure_);
  return nullptr;
}

double RowStream::fraction() const {
  const std::lock_guard lock(mutex_);
  return fraction_;
}

}  // namespace crm
