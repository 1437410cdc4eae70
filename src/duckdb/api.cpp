#include "duckdb/api.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include <cstdlib>
#include <string>

#include "base/error.h"

namespace crm::duck {
namespace {

/// Found by the run path of the program or of libcrm_merge.so (the library that was installed or built with it), else
/// wherever the system's loader looks.
constexpr const char* kLibraryName = "libduckdb.so";

/// What the user names, and nothing else; or what the run path leads to.
std::string library_path() {
  const char* const named = std::getenv("CRM_MERGE_DUCKDB");
  return named != nullptr && *named != '\0' ? named : kLibraryName;
}

void* open_library() {
  // Never unloaded: its allocator and thread-local destructors must outlive everything.
  void* library = dlopen(library_path().c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (library != nullptr) return library;
  throw Error(ErrorCode::unavailable,
              "The sql engine needs DuckDB's library libduckdb.so, which was not found; install DuckDB, or run "
              "`npm ci --ignore-scripts` in third_party/duckdb, or use --engine stream",
              dlerror());
}

template <class Function>
void resolve(void* library, const char* name, Function& function) {
  void* symbol = dlsym(library, name);
  if (symbol == nullptr) {
    throw Error(ErrorCode::unavailable,
                fmt::format("The DuckDB library found is too old (it lacks {}); install DuckDB 1.4 or newer", name));
  }
  function = reinterpret_cast<Function>(symbol);
}

Api load() {
  void* library = open_library();
  Api api;
#define CRM_DUCKDB_RESOLVE(function) resolve(library, #function, api.function);
  CRM_DUCKDB_FUNCTIONS(CRM_DUCKDB_RESOLVE)
#undef CRM_DUCKDB_RESOLVE
  api.unsafe_assign_string = reinterpret_cast<decltype(api.unsafe_assign_string)>(
      dlsym(library, "duckdb_unsafe_vector_assign_string_element_len"));
  return api;
}

}  // namespace

const Api& api() {
  static const Api loaded = load();
  return loaded;
}

}  // namespace crm::duck
