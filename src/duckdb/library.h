#pragma once

#include <string>

namespace crm::duck {

/// The DuckDB that is used.
struct LibraryFacts {
  std::string version;  ///< "v1.4.2"
  std::string path;
};

/// Loads the library, if that has not happened yet. Errors: unavailable, as every use of it.
LibraryFacts loaded_library();

}  // namespace crm::duck
