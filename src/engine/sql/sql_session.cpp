#include "engine/sql/sql_session.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>

#include "base/error.h"
#include "base/temp_space.h"
#include "engine/memory_division.h"

namespace crm {
namespace {

using Settings = std::vector<std::pair<std::string, std::string>>;

// What the process takes beside what DuckDB counts: the program, its library, blocks of rows on their way. Measured.
constexpr std::uint64_t kUncountedBytes = 120u << 20;
constexpr std::uint64_t kUncountedPerThread = 24u << 20;
constexpr std::uint64_t kLeastDuckdbBytes = 96u << 20;
// The watcher looks every 10 ms; in that time the process may grow by this much.
constexpr std::uint64_t kMarginBytes = 16u << 20;
constexpr auto kWatchEvery = std::chrono::milliseconds(10);
constexpr int kTickEvery = 10;

std::uint64_t duckdb_memory(std::uint64_t limit, int threads) {
  const std::uint64_t uncounted = kUncountedBytes + kUncountedPerThread * static_cast<std::uint64_t>(threads);
  if (getenv("CRM_MEM")) return strtoull(getenv("CRM_MEM"),0,10) << 20;
  // DuckDB's allocator keeps freed pages for a while, and not all that it allocates is counted.
  return std::max(kLeastDuckdbBytes, limit > uncounted ? (limit - uncounted) * 7 / 10 : 0);
}

Settings settings_for(const EngineLimits& limits, TempSpace& temp) {
  return {{"threads", fmt::format("{}", std::max(1, limits.threads))},
          {"memory_limit", fmt::format("{}B", duckdb_memory(limits.memory_bytes, limits.threads))},
          {"temp_directory", temp.named_folder().string()},
          {"autoinstall_known_extensions", "false"},
          {"autoload_known_extensions", "false"},
          {"preserve_insertion_order", "false"},
          {"default_block_size", getenv("CRM_BS") ? getenv("CRM_BS") : "262144"},{"allocator_background_threads", "false"}};
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
  main_->execute("SET disabled_optimizers = 'join_order,build_side_probe_side" + std::string(getenv("CRM_DIS") ? getenv("CRM_DIS") : "") + "'");
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

void SqlSession::begin_ranges() {
  main_->execute("SET threads = 1");
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
  const auto c0 = clock(); const auto t0 = std::chrono::steady_clock::now();
  translated([&] { connection.execute(statement.text()); });
  if (getenv("CRM_TRACE")) fmt::print(stderr, "{:50.50} cpu {:.2f} wall {:.2f} rss {}\n", statement.text().substr(0, statement.text().find('\n')), double(clock()-c0)/1e6, std::chrono::duration<double>(std::chrono::steady_clock::now()-t0).count(), rss_bytes()>>20);
}

std::int64_t SqlSession::query_bigint(const Sql& query) {
  return translated([&] { return main().query_bigint(query.text()); });
}

void SqlSession::query(duck::Connection& connection, const Sql& query,
                       const std::function<void(const duck::Chunk&)>& take) {
  const auto c0 = clock(); const auto t0 = std::chrono::steady_clock::now();
  if (getenv("CRM_PLAN")) { const auto a = std::chrono::steady_clock::now(); const auto c = clock(); for (int i = 0; i < 10; ++i) connection.query_text("EXPLAIN " + query.text()); fmt::print(stderr, "explain cpu {:.4f} wall {:.4f}\n", double(clock()-c)/1e7, std::chrono::duration<double>(std::chrono::steady_clock::now()-a).count()/10); }
  if (getenv("CRM_EXPLAIN")) fmt::print(stderr, "{}\n{}\n", query.text(), connection.query_text("EXPLAIN " + query.text()));
  struct Fin { decltype(c0) c; decltype(t0) t; ~Fin() {   if (getenv("CRM_TRACE")) fmt::print(stderr, "{:50.50} cpu {:.2f} wall {:.2f} rss {}\n", "query", double(clock()-c)/1e6, std::chrono::duration<double>(std::chrono::steady_clock::now()-t).count(), rss_bytes()>>20); } } fin{c0,t0};
  translated([&] {
    duck::Result result = connection.query(query.text());
    duck::Chunk chunk;
    while (result.next(chunk)) take(chunk);
  });
}

}  // namespace crm
