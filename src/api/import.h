#pragma once

#include <stop_token>
#include <string>

#include "api/connection_pool.h"
#include "api/import_tables.h"
#include "crm_merge/database.h"

namespace crm_merge {

/// What an import works with.
struct ImportPlace {
  crm::duck::Connection& connection;
  ImportTables& tables;
  crm::TempSpace& temp;
  int threads = 1;
};

/// Connection::import_file.
ImportReport import_into(const ImportPlace& place, const std::string& location, const std::string& table,
                         const ImportOptions& options, std::stop_token stop);

}  // namespace crm_merge
