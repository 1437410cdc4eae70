# Finds DuckDB's C library, which the sql engine loads when it is first used (it is not linked).
#
# A DuckDB of the system wins, so that distributions and other platforms can build; else the prebuilt one that
# third_party/duckdb/package-lock.json pins (`npm ci --ignore-scripts` there fetches it). The header is the one in
# third_party/duckdb: the functions used are the same in every DuckDB since 1.4.
#
# Defines: DuckDB_FOUND, DuckDB_LIBRARY (may be the name alone, if it is not there yet), DuckDB_INCLUDE_DIR.
set(DuckDB_INCLUDE_DIR ${PROJECT_SOURCE_DIR}/third_party/duckdb)

find_library(DuckDB_SYSTEM_LIBRARY duckdb)
file(GLOB DuckDB_PINNED_LIBRARY ${PROJECT_SOURCE_DIR}/third_party/duckdb/node_modules/@duckdb/node-bindings-*/libduckdb.so)
if(DuckDB_SYSTEM_LIBRARY)
  set(DuckDB_LIBRARY ${DuckDB_SYSTEM_LIBRARY})
elseif(DuckDB_PINNED_LIBRARY)
  list(GET DuckDB_PINNED_LIBRARY 0 DuckDB_LIBRARY)
else()
  set(DuckDB_LIBRARY libduckdb.so)
  message(WARNING "No DuckDB: `crm-merge --engine sql` will not run. Install it, or run "
                  "`npm ci --ignore-scripts` in third_party/duckdb and configure again.")
endif()
set(DuckDB_FOUND TRUE)
