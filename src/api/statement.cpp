#include "api/statement.h"

#include <chrono>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace crm_merge {
namespace {

constexpr auto kInterruptEvery = std::chrono::milliseconds(10);

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

/// How a column is read, and the type that it must be cast to for that; null: none.
struct Reading {
  ResultColumn::Type type;
  const char* cast;
};

Reading reading(crm::duck::Held held, Cells cells) {
  if (held == crm::duck::Held::varchar) return {ResultColumn::Type::text, nullptr};
  if (cells == Cells::as_text) return {ResultColumn::Type::text, "VARCHAR"};
  switch (held) {
    case crm::duck::Held::boolean: return {ResultColumn::Type::boolean, nullptr};
    case crm::duck::Held::bigint: return {ResultColumn::Type::integer, nullptr};
    case crm::duck::Held::smaller_integer: return {ResultColumn::Type::integer, "BIGINT"};
    case crm::duck::Held::real: return {ResultColumn::Type::real, nullptr};
    case crm::duck::Held::smaller_real: return {ResultColumn::Type::real, "DOUBLE"};
    case crm::duck::Held::varchar:
    case crm::duck::Held::other: break;
  }
  return {ResultColumn::Type::text, "VARCHAR"};
}

/// `sql` without what may end a statement but not stand within one.
std::string_view without_end(std::string_view sql) {
  const std::size_t last = sql.find_last_not_of(" \t\r\n;");
  return last == std::string_view::npos ? "" : sql.substr(0, last + 1);
}

}  // namespace

StopWatcher::StopWatcher(crm::duck::Connection& connection, std::stop_token stop) {
  if (!stop.stop_possible()) return;
  thread_ = std::jthread([&connection, stop](std::stop_token over) {
    std::mutex mutex;
    std::condition_variable_any changed;
    const std::stop_callback wake(stop, [&] {
      const std::lock_guard guard(mutex);
      changed.notify_all();
    });
    std::unique_lock lock(mutex);  // let go before `wake` ends, which may wait for it
    changed.wait(lock, over, [&] { return stop.stop_requested(); });
    while (!over.stop_requested()) {
      connection.interrupt();
      changed.wait_for(lock, over, kInterruptEvery, [] { return false; });
    }
  });
}

crm::Error service_error(const crm::Error& error) {
  const std::string words = first_line(error.details());
  switch (error.code()) {
    case crm::ErrorCode::cancelled: return {error.code(), "the statement was stopped", error.details()};
    case crm::ErrorCode::limit_exceeded:
      if (words.empty()) return error;
      return {error.code(),
              fmt::format("DuckDB has not memory or disk enough: {}; raise memory_bytes or max_temp_bytes, or free room in temp_dir", words),
              error.details()};
    case crm::ErrorCode::internal:
      if (words.empty()) return error;
      return {crm::ErrorCode::invalid_config, fmt::format("DuckDB refused the statement: {}", words), error.details()};
    default: return error;
  }
}

ReadableQuery readable(crm::duck::Connection& connection, std::string_view sql, Cells cells) {
  ReadableQuery query{std::string(sql), {}};
  bool as_it_is = true;
  std::vector<std::string> inner, outer;
  for (const crm::duck::ResultColumn& column : connection.describe(sql)) {
    const Reading how = reading(column.held, cells);
    query.columns.push_back({column.name, how.type});
    inner.push_back(fmt::format("c{}", inner.size()));
    outer.push_back(how.cast ? fmt::format("CAST({} AS {})", inner.back(), how.cast) : inner.back());
    as_it_is = as_it_is && !how.cast;
  }
  if (as_it_is) return query;
  // Named by position: a result may have a name twice.
  query.sql = fmt::format("SELECT {} FROM (\n{}\n) AS q({})", fmt::join(outer, ", "), without_end(sql), fmt::join(inner, ", "));
  return query;
}

}  // namespace crm_merge
