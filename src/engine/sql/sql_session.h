#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "duckdb/database.h"
#include "engine/engine.h"
#include "sql/sql.h"

namespace crm {

class TempSpace;

/// DuckDB, opened for one merge: capped, and closed off from everything but the job's own folder.
///
/// A thread of its own watches: when the stop is asked for, or the process comes near the memory limit, it interrupts
/// every statement, and `execute` throws cancelled or limit_exceeded.
///
/// Threads: `execute` on different connections at once.
class SqlSession {
 public:
  /// `kept`: the file of --database, where the tables that are kept go (as the schema `kept`).
  SqlSession(const EngineLimits& limits, TempSpace& temp, std::stop_token stop,
             const std::optional<std::filesystem::path>& kept);
  ~SqlSession();

  duck::Connection& main() { return *main_; }
  /// Another connection, watched like the first.
  std::shared_ptr<duck::Connection> connect();

  void execute(duck::Connection& connection, const Sql& statement);
  void execute(const Sql& statement) { execute(main(), statement); }
  std::int64_t query_bigint(const Sql& query);
  /// Hands every chunk of a query's result to `take`.
  void query(duck::Connection& connection, const Sql& query, const std::function<void(const duck::Chunk&)>& take);

  /// From here on `workers` statements run at once, each on the thread that calls it: it needs less memory so.
  void begin_ranges(int workers);

  /// Asked for when anything ends the merge: the scans of inputs go by it.
  std::stop_token stop_token() const { return stop_.get_token(); }
  /// Ends the merge from outside of a statement (another thread's error).
  void abandon();
  /// Is called some ten times a second.
  void on_tick(std::function<void()> tick);
  /// Errors: cancelled or limit_exceeded, if that is why the merge ends.
  void check() const;
  int threads() const { return threads_; }

 private:
  enum class End { none, cancelled, memory, abandoned };
  void watch(std::stop_token over);
  void end(End why);
  template <class Act>
  auto translated(Act act);

  std::stop_token asked_;
  std::stop_source stop_;
  std::uint64_t memory_bytes_;
  int threads_;
  duck::Database database_;
  mutable std::mutex mutex_;  // of the next three
  std::vector<std::weak_ptr<duck::Connection>> connections_;
  End end_ = End::none;
  std::function<void()> tick_;
  std::shared_ptr<duck::Connection> main_;
  std::jthread watcher_;
};

}  // namespace crm
