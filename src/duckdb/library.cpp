#include "duckdb/library.h"

#include <dlfcn.h>

#include "duckdb/api.h"

namespace crm::duck {

LibraryFacts loaded_library() {
  const Api& functions = api();
  Dl_info info{};
  const bool known = dladdr(reinterpret_cast<const void*>(functions.duckdb_library_version), &info) != 0 && info.dli_fname;
  return {functions.duckdb_library_version(), known ? info.dli_fname : "a place that the system does not tell"};
}

}  // namespace crm::duck
