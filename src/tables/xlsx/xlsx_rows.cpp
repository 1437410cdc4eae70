#include "tables/xlsx/xlsx_rows.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "tables/xlsx/sheet_reader.h"
#include "tables/xlsx/workbook.h"
#include "tables/xlsx/xml_reader.h"

namespace crm {
namespace {

// Texts in memory: an eighth of the limit, within these.
constexpr std::uint64_t kLeastTextBytes = 8u << 20, kMostTextBytes = 256u << 20;
constexpr std::size_t kMostNamedSheets = 20;

std::string sheet_names(const std::vector<Sheet>& sheets, const Sheet* without) {
  std::string names;
  std::size_t named = 0;
  for (const Sheet& sheet : sheets) {
    if (&sheet == without) continue;
    if (named++ == kMostNamedSheets) return names + ", …";
    names += (names.empty() ? "\"" : ", \"") + sheet.name + "\"";
  }
  return names;
}

const Sheet& chosen_sheet(const Workbook& workbook, const XlsxOptions& options) {
  const std::vector<Sheet>& sheets = workbook.sheets;
  if (options.sheet.empty()) {
    const auto visible = std::find_if(sheets.begin(), sheets.end(), [](const Sheet& sheet) { return !sheet.hidden; });
    return visible == sheets.end() ? sheets.front() : *visible;
  }
  for (const bool exact : {true, false}) {
    for (const Sheet& sheet : sheets) {
      if (exact ? sheet.name == options.sheet : lower(sheet.name) == lower(options.sheet)) return sheet;
    }
  }
  throw Error(ErrorCode::not_found, fmt::format("{} has no sheet \"{}\"; it has {}", options.name, options.sheet,
                                                sheet_names(sheets, nullptr)));
}

}  // namespace

XlsxTable read_xlsx(UniqueFd fd, const XlsxOptions& options, RowSink& sink) {
  const ZipArchive zip(std::move(fd), options.name);
  const Workbook workbook = read_workbook(zip, options.name, options.stop);
  const Sheet& sheet = chosen_sheet(workbook, options);
  SharedStrings strings(*options.temp,
                        static_cast<std::size_t>(std::clamp(options.memory_bytes / 8, kLeastTextBytes, kMostTextBytes)));
  if (!workbook.shared_strings_part.empty()) {
    SharedStringsHandler handler(strings, options.max_record_bytes);
    parse_xml(*zip.open(workbook.shared_strings_part), handler, options.name, options.stop);
  }
  SheetHandler handler(workbook, strings, options, sink);
  parse_xml(*zip.open(sheet.part), handler, options.name, options.stop);

  XlsxTable table;
  table.sheet = sheet.name;
  table.columns = handler.columns();
  table.warnings = handler.warnings();
  if (options.sheet.empty() && workbook.sheets.size() > 1) {
    table.warnings.insert(table.warnings.begin(),
                          fmt::format("{}: the sheet \"{}\" is read; {} {} not, unless named ({}#SHEET)", options.name,
                                      sheet.name, sheet_names(workbook.sheets, &sheet),
                                      workbook.sheets.size() == 2 ? "is" : "are", options.name));
  }
  return table;
}

}  // namespace crm
