// libFuzzer: opening any bytes as a file finds a dialect or says in words why not, and what is then read adds up.
//
// The first byte chooses the options; the rest is the file: with encodings, compression, preambles.

#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "base/error.h"
#include "support/plain_csv.h"
#include "support/scan_support.h"

namespace {

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "detection: %s\n", what);
  std::abort();
}

void check(crm::Input& input, const std::string& bytes) {
  const crm::InputProfile& profile = input.profile();
  const auto scanned = scan_support::scan_all(input);
  require(scanned.account.records == scanned.account.rows + scanned.account.rejected, "the account does not add up");
  require(scanned.account.rows == scanned.rows.size(), "rows are not those that were counted");
  require(profile.sample.size() <= scanned.rows.size(), "the sample has more rows than the file");
  for (std::size_t i = 0; i < profile.sample.size(); ++i) {
    require(profile.sample[i] == scanned.rows[i].cells, "the sample is not the file's first rows");
  }
  require(!profile.sample_is_whole_file || profile.estimated_rows == scanned.rows.size(), "the exact estimate is wrong");
  for (const auto& row : scanned.rows) {
    require(row.cells.size() == profile.columns.size(), "a row has not the header's fields");
    for (const std::string& cell : row.cells) require(plain_csv::is_utf8(cell), "a cell is not UTF-8");
  }
  const std::uint64_t lines = plain_csv::count_line_ends(bytes) + 1;
  if (profile.encoding == "utf-8" && profile.compression == "none") {
    require(scanned.rows.empty() || scanned.rows.back().line <= lines, "a row is behind the last line");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1 || size > 4096) return 0;
  static const scan_support::ScratchFolder folder;
  static crm::TempSpace temp(folder.path());
  const std::string bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  crm::InputRef ref;
  ref.path = folder.write(data[0] % 8 == 7 ? "file.tsv" : "file.csv", bytes);
  crm::OpenOptions options;
  options.temp = &temp;
  options.is_original = data[0] & 8;
  if (data[0] & 16) options.overrides.has_header = false;
  if (data[0] & 32) options.overrides.delimiter = ';';
  if (data[0] & 64) options.overrides.encoding = (data[0] & 128) != 0 ? "utf-16" : "shift_jis";
  try {
    check(*crm::open_input(ref, options), bytes);
  } catch (const crm::Error& error) {
    const bool is_usage = error.code() == crm::ErrorCode::invalid_config && (data[0] & 112) != 0;  // an option that JSON has no use for
    require(is_usage || error.code() == crm::ErrorCode::invalid_input, "an error of another kind");
  }
  return 0;
}
