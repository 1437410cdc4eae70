#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "engine/sql/sql_session.h"

namespace crm {

/// Works on numbered pieces on several threads, each with a connection of its own, and commits them in order.
struct RangeWork {
  /// Fetches piece `number`; false: there is none. Called in order, one at a time.
  std::function<bool(std::uint64_t number, int worker)> fetch;
  /// Works on the piece that was fetched last by this worker. On several threads at once.
  std::function<void(std::uint64_t number, int worker, duck::Connection& connection)> work;
  /// Takes the piece's outcome. In order, one at a time.
  std::function<void(std::uint64_t number, int worker)> commit;
};

/// Errors: the first that a piece met; the others are abandoned.
void run_ranges(SqlSession& session, int workers, const RangeWork& work);

}  // namespace crm
