// libFuzzer: the scanner against the plain parser, on any bytes, in blocks of any size.
//
// The first four bytes choose delimiter, columns, record limit, block size and how much is read ahead; the rest is the text.

#include <algorithm>
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
  std::fprintf(stderr, "the scanner and the plain parser differ: %s\n", what);
  std::abort();
}

void compare(const scan_support::Scanned& scanned, const plain_csv::Result& plain, const crm::ScanFormat& format) {
  require(scanned.rows.size() == plain.rows.size(), "number of rows");
  for (std::size_t i = 0; i < plain.rows.size(); ++i) {
    require(scanned.rows[i].cells == plain.rows[i].cells, "cells");
    require(scanned.rows[i].line == plain.rows[i].line, "line of a row");
    require(scanned.rows[i].raw == plain.rows[i].raw, "raw text");
  }
  require(scanned.rejects.size() == plain.rejects.size(), "number of rejects");
  for (std::size_t i = 0; i < plain.rejects.size(); ++i) {
    require(scanned.rejects[i].reason == plain.rejects[i].reason, "reason");
    require(scanned.rejects[i].line == plain.rejects[i].line, "line of a reject");
    require(scanned.rejects[i].text == crm::reject_text(plain.rejects[i].raw, format), "text of a reject");
  }
  require(scanned.account.padded == plain.padded, "padded");
  require(scanned.account.empty_lines == plain.empty_lines, "empty lines");
  require(scanned.account.records == scanned.account.rows + scanned.account.rejected, "the account");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 4 || size > 4096) return 0;
  crm::ScanFormat format;
  format.delimiter = ",;\t|"[data[0] % 4];
  format.columns = 1 + data[1] % 5;
  if (data[2] % 4 == 0) format.max_record_bytes = 1 + data[2] / 4;
  const std::string text(reinterpret_cast<const char*>(data) + 4, size - 4);
  plain_csv::Options options;
  options.delimiter = format.delimiter;
  options.columns = format.columns;
  options.max_record_bytes = format.max_record_bytes;
  const plain_csv::Result plain = plain_csv::parse(text, options);

  const std::uint64_t lookahead = data[0] / 4 % 8;
  const auto input = scan_support::input_of(text, format, lookahead);
  crm::ScanOptions scan;
  scan.block_bytes = data[3] == 0 ? 1u << 20 : data[3];
  compare(scan_support::scan_all(*input, scan), plain, format);
  compare(scan_support::scan_all(*input, scan), plain, format);  // from the record starts that it found
  // With guessed starts, as several threads have them.
  scan.threads = 2;
  compare(scan_support::scan_all(*scan_support::input_of(text, format, lookahead), scan), plain, format);
  return 0;
}
