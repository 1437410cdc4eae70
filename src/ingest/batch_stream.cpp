#include "ingest/batch_stream.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/error.h"

namespace crm {

OwnedBatch::OwnedBatch(const RecordBatch& batch) {
  rows_ = batch.rows_;
  columns_ = batch.columns_;
  first_row = batch.first_row;
  first_line = batch.first_line;
  // The batch's vectors are as long as its scanner ever needed: copy only what is used.
  fields_.assign(batch.fields_.begin(), batch.fields_.begin() + static_cast<std::ptrdiff_t>(rows_ * columns_));
  row_info_ = batch.row_info_;
  // A padded field stands behind its record, so no field reaches further than the last record.
  const std::size_t size = rows_ == 0 ? 0 : row_info_.back().begin + row_info_.back().size;
  bytes_.reset(new char[size]);
  std::memcpy(bytes_.get(), batch.text_, size);
  text_ = bytes_.get();
}

namespace {

struct MappedBatch : Input::Mapped {
  std::unique_ptr<OwnedBatch> batch;
};

}  // namespace

BatchStream::BatchStream(Input& input, const ScanOptions& options) : input_(input) {
  follow_.emplace(options.stop, [this] { stop_.request_stop(); });
  thread_ = std::jthread([this, options] { run(options); });
}

BatchStream::~BatchStream() {
  stop_.request_stop();
  thread_.join();
}

bool BatchStream::next(const RecordBatch*& batch) {
  current_.reset();
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return finished_ || !waiting_.empty(); });
  if (waiting_.empty()) {
    batch = nullptr;
    if (failure_) std::rethrow_exception(failure_);
    return false;
  }
  current_ = std::move(waiting_.front());
  waiting_.pop_front();
  changed_.notify_all();
  batch = current_.get();
  return true;
}

void BatchStream::run(ScanOptions options) {
  options.stop = stop_.get_token();
  const auto map = [](const RecordBatch& batch, int) -> std::unique_ptr<Input::Mapped> {
    auto mapped = std::make_unique<MappedBatch>();
    mapped->batch = std::make_unique<OwnedBatch>(batch);
    return mapped;
  };
  const auto commit = [this](std::unique_ptr<Input::Mapped> mapped, const BatchPosition& position) {
    auto batch = std::move(static_cast<MappedBatch&>(*mapped).batch);
    batch->first_row = position.first_row;
    batch->first_line = position.first_line;
    put(std::move(batch));
  };
  std::exception_ptr failure;
  try {
    account_ = input_.scan(options, map, commit);
  } catch (...) {
    failure = std::current_exception();  // thrown again by `next`
  }
  const std::lock_guard lock(mutex_);
  failure_ = failure;
  finished_ = true;
  changed_.notify_all();
}

void BatchStream::put(std::unique_ptr<OwnedBatch> batch) {
  std::unique_lock lock(mutex_);
  const bool room = changed_.wait(lock, stop_.get_token(), [this] { return waiting_.size() < kMaxWaitingBatches; });
  if (!room || stop_.stop_requested()) throw Error(ErrorCode::cancelled, "cancelled");
  waiting_.push_back(std::move(batch));
  changed_.notify_all();
}

}  // namespace crm
