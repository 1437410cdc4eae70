#pragma once

#include <memory>
#include <string_view>

#include "output/output_file.h"

namespace crm {

struct ExcelSafeOptions {
  char taken_delimiter = ',';    ///< of the text that is appended
  char written_delimiter = ',';
};

/// Takes the text of the one writer and writes a copy for spreadsheets into `file`: UTF-8 with BOM, CRLF after every
/// record, and an apostrophe before what a spreadsheet would run as a formula. Errors: as `file`'s.
std::unique_ptr<OutputFile> make_excel_safe_output(std::unique_ptr<OutputFile> file, const ExcelSafeOptions& options);

/// True if a spreadsheet could take `cell` for a formula: behind white space it begins with `=`, `+`, `-` or `@`, and
/// what follows is neither a number nor a phone number.
bool is_formula(std::string_view cell);

/// Hands all that is appended to both files; publishing stays with their owner. `path` is `first`'s.
std::unique_ptr<OutputFile> make_tee(OutputFile& first, OutputFile& second);

}  // namespace crm
