#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "ingest/input.h"

namespace crm {

/// Consecutive rows of an input, with texts of its own: quotes undone, one after the other.
class RowBlock : public Input::Mapped {
 public:
  RowBlock(const RecordBatch& batch, std::size_t columns);

  std::size_t rows() const { return line_offsets_.size(); }
  std::string_view cell(std::size_t row, std::size_t column) const {
    const std::size_t at = row * columns_ + column;
    const std::uint32_t begin = at == 0 ? 0 : ends_[at - 1];
    return {text_.data() + begin, ends_[at] - begin};
  }
  std::uint64_t line(std::size_t row) const { return first_line + line_offsets_[row]; }

  std::uint64_t first_row = 0;   ///< 0-based
  std::uint64_t first_line = 0;  ///< 1-based

 private:
  std::size_t columns_;
  std::string text_;
  std::vector<std::uint32_t> ends_;  // of cells, by row
  std::vector<std::uint32_t> line_offsets_;
};

/// The rows of one scan of an input, to be pulled: turns `Input::scan`, which pushes, around.
///
/// Threads: `next` from any.
class RowStream {
 public:
  struct Options {
    std::vector<int> columns;        ///< of the input, in this order
    int threads = 1;                 ///< that scan
    RejectSink* rejects = nullptr;
    std::stop_token stop;
  };

  RowStream(Input& input, Options options);
  /// Ends the scan.
  ~RowStream();
  RowStream(const RowStream&) = delete;
  RowStream& operator=(const RowStream&) = delete;

  /// The next rows in order; null after the last. Errors: what the scan threw.
  std::shared_ptr<const RowBlock> next();
  /// Of the whole input; known once `next` gave null.
  const InputAccount& account() const { return account_; }
  /// Share of the input that was handed out, from 0 to 1. Any thread.
  double fraction() const;

 private:
  void scan(std::stop_token stop);

  Input& input_;
  Options options_;
  mutable std::mutex mutex_;  // of all below
  std::condition_variable_any changed_;
  std::deque<std::shared_ptr<RowBlock>> waiting_;
  bool ended_ = false;
  std::exception_ptr failure_;
  InputAccount account_;
  double fraction_ = 0;
  std::jthread thread_;
  std::stop_callback<std::function<void()>> stop_with_caller_;  // last: it uses the thread
};

}  // namespace crm
