#pragma once

#include <map>
#include <stop_token>
#include <string>
#include <vector>

#include "tables/xlsx/number_format.h"
#include "tables/xlsx/zip_archive.h"

namespace crm {

/// A sheet with cells, in the order of the workbook's tabs.
struct Sheet {
  std::string name;
  std::string part;      ///< of the archive
  bool hidden = false;
};

/// What a workbook says of itself, but for its cells and texts.
struct Workbook {
  std::vector<Sheet> sheets;
  std::string shared_strings_part;            ///< empty: none
  bool from_1904 = false;
  std::vector<std::string> format_codes;      ///< of each cell style
};

/// Errors: invalid_input (damaged, binary, another Office document, no sheets).
Workbook read_workbook(const ZipArchive& zip, const std::string& name, const std::stop_token& stop);

}  // namespace crm
