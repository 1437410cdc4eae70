#include "duckdb/api.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include <filesystem>
#include <string>
#include <vector>

#include "base/error.h"

namespace crm::duck {
namespace {

constexpr const char* kLibraryName = "libduckdb.so";

/// Beside an installed program, where the build found it, then wherever the system's loader looks.
std::vector<std::string> candidates() {
  std::vector<std::string> paths;
  std::error_code ignored;
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", ignored);
  if (!program.empty()) {
    const std::filesystem::path installed = program.parent_path().parent_path() / "lib" / kLibraryName;
    if (std::filesystem::exists(installed, ignored)) paths.push_back(installed.string());
  }
  paths.emplace_back(CRM_MERGE_DUCKDB_LIBRARY);
  paths.emplace_back(kLibraryName);
  return paths;
}

void* open_library() {
  std::string details;
  for (const std::string& path : candidates()) {
    // Never unloaded: its allocator and thread-local destructors must outlive everything.
    void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (library != nullptr) return library;
    details += fmt::format("{}\n", dlerror());
  }
  throw Error(ErrorCode::unavailable,
              "The sql engine needs DuckDB's library libduckdb.so, which was not found; install DuckDB, or run "
              "`npm ci --ignore-scripts` in third_party/duckdb, or use --engine stream",
              details);
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
