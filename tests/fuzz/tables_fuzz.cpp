// libFuzzer: any bytes as JSON lines, or as the sheet of a workbook, give rows and rejects that add up, or an error in words.
//
// The first byte chooses; the rest is the text.

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "base/error.h"
#include "support/plain_csv.h"
#include "support/scan_support.h"
#include "tables/xlsx/number_format.h"

namespace {

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "tables: %s\n", what);
  std::abort();
}

void check(crm::Input& input) {
  const auto scanned = scan_support::scan_all(input);
  require(scanned.account.records == scanned.account.rows + scanned.account.rejected, "the account does not add up");
  require(scanned.account.rows == scanned.rows.size(), "rows are not those that were counted");
  require(scanned.account.rejected == scanned.rejects.size(), "rejects are not those that were counted");
  for (const auto& row : scanned.rows) {
    require(row.cells.size() == input.profile().columns.size(), "a row has not as many cells as there are columns");
    for (const std::string& cell : row.cells) require(plain_csv::is_utf8(cell), "a cell is not UTF-8");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1 || size > 4096) return 0;
  static const scan_support::ScratchFolder folder;
  static crm::TempSpace temp(folder.path());
  const std::string bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  if ((data[0] & 3) == 0) {
    const crm::NumberFormat format(bytes);
    for (const double value : {0.0, 1.5, -45296.25, 1e300, -1e-300}) format.show(value, "1.5", data[0] & 4);
    format.show_text("text");
    return 0;
  }
  crm::InputRef ref;
  ref.path = folder.write((data[0] & 3) == 1 ? "file.xlsx" : "file.jsonl", bytes);
  crm::OpenOptions options;
  options.temp = &temp;
  if (data[0] & 4) options.max_record_bytes = 32;
  try {
    check(*crm::open_input(ref, options));
  } catch (const crm::Error& error) {
    require(error.code() == crm::ErrorCode::invalid_input, "an error of another kind");
  }
  return 0;
}
