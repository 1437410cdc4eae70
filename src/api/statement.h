#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/error.h"
#include "crm_merge/database.h"
#include "duckdb/database.h"

namespace crm_merge {

/// Interrupts what runs on a connection from when the caller asks to stop until this is destroyed: DuckDB forgets an
/// interruption that comes before a statement begins, so once would not do. Costs a thread where the caller may stop.
class StopWatcher {
 public:
  StopWatcher(crm::duck::Connection& connection, std::stop_token stop);

 private:
  std::jthread thread_;
};

/// An error of duckdb/, which is worded for merges, in the words of this service.
crm::Error service_error(const crm::Error& error);

/// Does `act` on DuckDB with errors as the service words them. Whatever fails once `stop` was requested was stopped: an
/// interrupt has other names while DuckDB plans.
template <class Act>
auto worded(Act act, const std::stop_token& stop = {}) {
  try {
    return act();
  } catch (const crm::Error& error) {
    if (!stop.stop_requested()) throw service_error(error);
    throw service_error({crm::ErrorCode::cancelled, error.message(), error.details()});
  }
}

/// A query whose columns are all of a type that Rows hands out.
struct ReadableQuery {
  std::string sql;
  std::vector<ResultColumn> columns;
};

enum class Cells { typed, as_text };

/// `sql` as it is if that will do; else with casts around it. Errors: as DuckDB says it of `sql`.
ReadableQuery readable(crm::duck::Connection& connection, std::string_view sql, Cells cells);

}  // namespace crm_merge
