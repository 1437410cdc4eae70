#pragma once

#include <cstdint>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <stop_token>
#include <vector>

#include "duckdb/database.h"
#include "ingest/input.h"

namespace crm_merge {

/// A file on its way into a table.
struct ImportSource {
  crm::Input* input = nullptr;
  int threads = 1;
  crm::RejectSink* rejects = nullptr;
  std::stop_token stop;
  // What came of it:
  bool finished = false;
  crm::InputAccount account;
  std::exception_ptr failure;   ///< what reading threw; the rows end there
};

/// `crm_import(N)`: the rows of the file that stands under number N, in order, as c0, c1…
///
/// Threads: any; a source is read by one statement.
class ImportTables : public std::enable_shared_from_this<ImportTables> {
 public:
  /// For all connections of its database, once.
  void add_to(crm::duck::Connection& connection);
  /// `source` must stay until `remove`.
  std::int64_t add(ImportSource& source);
  void remove(std::int64_t number);

 private:
  ImportSource& source(std::int64_t number);

  std::mutex mutex_;  // of the below
  std::int64_t next_ = 1;
  std::map<std::int64_t, ImportSource*> sources_;
};

}  // namespace crm_merge
