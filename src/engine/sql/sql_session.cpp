#include "engine/sql/sql_session.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>

#include "base/error.h"
#include "base/memory_cap.h"
#include "base/temp_space.h"

namespace crm {
namespace {

using Settings = std::vector<std::pair<std::string, std::string>>;

// DuckDB's share of the limit, in eighths: while files are imported and sorted, and while ranges are merged. The rest is
// for the program and the library (70 MB), for rows on their way in and out, and for what DuckDB's allocator takes above
// what DuckDB counts: 190 MB gave 340. Measured with 1M and 10M rows.
constexpr std::uint64_t kImportEighths = 4, kRangesEighths = 3;
constexpr std::uint64_t kLeastDuckdbBytes = 48u << 20;
// The watcher looks every 10 ms; in that time the process may grow by this much.
constexpr std::uint64_t kMarginBytes = 16u << 20;
constexpr auto kWatchEvery = std::chrono::milliseconds(10);
constexpr int kTickEvery = 10;

std::string duckdb_share(std::uint64_t limit, std::uint64_t eighths) {
  return fmt::format("{}B", std::max(kLeastDuckdbBytes, limit / 8 * eighths));
}

Settings settings_for(const EngineLimits& limits, TempSpace& temp) {
  return {{"threads", fmt::format("{}", std::max(1, limits.threads))},
          {"memory_limit", duckdb_share(limits.memory_bytes, kImportEighths)},
          {"temp_directory", temp.named_folder().string()},
          {"autoinstall_known_extensions", "false"},
          {"autoload_known_extensions", "false"},
          {"preserve_insertion_order", "false"},
          // What a statement has freed goes back to the system: the next one wants it elsewhere.
          {"allocator_flush_threshold", "1MB"},
          {"allocator_bulk_deallocation_flush_threshold", "512KB"}};
}

}  // namespace

SqlSession::SqlSession(const EngineLimits& limits, TempSpace& temp, std::stop_token stop,
                       const std::optional<std::filesystem::path>& kept)
    : asked_(std::move(stop)),
      memory_bytes_(limits.memory_bytes),
      threads_(std::max(1, limits.threads)),
      database_(":memory:", settings_for(limits, temp)) {
  main_ = connect();
  if (kept) main_->execute(sql("ATTACH {} AS kept", Literal(kept->string())).text());
  // Joins are written as they are to be done: the right side is what is held in memory.
  main_->execute("SET disabled_optimizers = 'join_order,build_side_probe_side'");
  main_->execute(sql("SET allowed_directories = [{}]", Literal(temp.named_folder().string())).text());
  main_->execute("SET enable_external_access = false");
  watcher_ = std::jthread([this](std::stop_token over) { watch(std::move(over)); });
}

SqlSession::~SqlSession() {
  watcher_.request_stop();
  if (watcher_.joinable()) watcher_.join();
}

std::shared_ptr<duck::Connection> SqlSession::connect() {
  auto connection = std::make_shared<duck::Connection>(database_.connect());
  const std::lock_guard lock(mutex_);
  connections_.push_back(connection);
  return connection;
}

void SqlSession::on_tick(std::function<void()> tick) {
  const std::lock_guard lock(mutex_);
  tick_ = std::move(tick);
}

void SqlSession::end(End why) {
  const std::lock_guard lock(mutex_);
  if (end_ == End::none) end_ = why;
  stop_.request_stop();
  for (const auto& weak : connections_) {
    if (const auto connection = weak.lock()) connection->interrupt();
  }
}

void SqlSession::begin_ranges(int workers) {
  main_->execute("SET threads = 1");
  main_->execute(sql("SET memory_limit = {}", Literal(duckdb_share(memory_bytes_, workers == 1 ? kImportEighths : kRangesEighths))).text());
  main_->execute("SET lock_configuration = true");
}

void SqlSession::abandon() { end(End::abandoned); }

void SqlSession::watch(std::stop_token over) {
  for (int turn = 0; !over.stop_requested(); ++turn) {
    if (asked_.stop_requested()) end(End::cancelled);
    else if (rss_bytes() + kMarginBytes > memory_bytes_) end(End::memory);
    else if (stop_.stop_requested()) end(End::abandoned);  // statements that began since are to end too
    if (turn % kTickEvery == 0) {
      const std::lock_guard lock(mutex_);
      if (tick_) tick_();
    }
    std::mutex unused;
    std::unique_lock lock(unused);
    std::condition_variable_any().wait_for(lock, over, kWatchEvery, [] { return false; });
  }
}

void SqlSession::check() const {
  const std::lock_guard lock(mutex_);
  switch (end_) {
    case End::none: return;
    case End::cancelled: throw Error(ErrorCode::cancelled, "The merge was cancelled");
    case End::memory:
      throw Error(ErrorCode::limit_exceeded,
                  fmt::format("The sql engine needs more than the {} MB of --memory-limit here; raise it or use "
                              "--engine stream",
                              memory_bytes_ / 1'000'000));
    case End::abandoned: return;
  }
}

/// What ended the merge is told, not that a statement was interrupted by it.
template <class Act>
auto SqlSession::translated(Act act) {
  check();
  try {
    return act();
  } catch (const Error& error) {
    if (error.code() == ErrorCode::cancelled) check();
    throw;
  }
}

void SqlSession::execute(duck::Connection& connection, const Sql& statement) {
  translated([&] { connection.execute(statement.text()); });
}

std::int64_t SqlSession::query_bigint(const Sql& query) {
  return translated([&] { return main().query_bigint(query.text()); });
}

void SqlSession::query(duck::Connection& connection, const Sql& query,
                       const std::function<void(const duck::Chunk&)>& take) {
  translated([&] {
    duck::Result result = connection.query(query.text());
    duck::Chunk chunk;
    while (result.next(chunk)) take(chunk);
  });
}

}  // namespace crm
