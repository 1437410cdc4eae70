#pragma once

#include <memory>

#include "duckdb/api.h"
#include "duckdb/fault.h"
#include "duckdb/function.h"

// How functions of ours become DuckDB's. Internal to this folder.
namespace crm::duck {

void register_function(duckdb_connection connection, ScalarFunction function, std::shared_ptr<Fault> fault);
void register_function(duckdb_connection connection, TableFunction function, std::shared_ptr<Fault> fault);

}  // namespace crm::duck
