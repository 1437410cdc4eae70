#pragma once

#include <memory>
#include <string>

#include "duckdb/api.h"
#include "duckdb/fault.h"
#include "duckdb/function.h"

// How functions of ours become DuckDB's. Internal to this folder.
namespace crm::duck {

/// Owns a logical type.
class TypeHandle {
 public:
  explicit TypeHandle(const Type& type);
  ~TypeHandle() { api().duckdb_destroy_logical_type(&handle_); }
  TypeHandle(const TypeHandle&) = delete;
  TypeHandle& operator=(const TypeHandle&) = delete;
  duckdb_logical_type get() const { return handle_; }

 private:
  duckdb_logical_type handle_;
};

/// What DuckDB says, among other words, where it has no memory left.
inline constexpr const char* kOutOfMemory = "Out of Memory";

/// Keeps the exception at hand for the statement's end. Returns what it says.
std::string keep(Fault& fault) noexcept;

template <class T>
void destroy(void* object) {
  delete static_cast<T*>(object);
}

void register_function(duckdb_connection connection, ScalarFunction function, std::shared_ptr<Fault> fault);
void register_function(duckdb_connection connection, AggregateFunction function, std::shared_ptr<Fault> fault);
void register_function(duckdb_connection connection, TableFunction function, std::shared_ptr<Fault> fault);

}  // namespace crm::duck
