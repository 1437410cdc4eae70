// Every file of the shared corpus of dirty data: records = rows + rejects, cell for cell as the plain parser reads it under
// the dialect that was detected. The corpus is at CRM_MERGE_CORPUS, or ../shared/data beside the repository.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "base/error.h"
#include "support/plain_csv.h"
#include "support/scan_support.h"

namespace {

namespace fs = std::filesystem;

fs::path corpus() {
  if (const char* named = std::getenv("CRM_MERGE_CORPUS")) return named;
  return fs::path(CRM_MERGE_SOURCE_DIR).parent_path() / "shared" / "data";
}

std::string read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string part_behind_lines(const std::string& text, std::uint64_t lines) {
  std::size_t at = 0;
  for (; lines > 0; --lines) {
    while (at < text.size() && text[at] != '\n' && text[at] != '\r') ++at;
    if (at < text.size()) at = plain_csv::behind_line_end(text, at);
  }
  return text.substr(at);
}

/// Holds one plain UTF-8 file against the plain parser. False: of another kind, not compared.
bool compare(const fs::path& path, crm::Input& input) {
  const crm::InputProfile& profile = input.profile();
  if (profile.format != crm::FileFormat::csv || profile.encoding != "utf-8" || profile.compression != "none" || profile.empty) return false;
  std::string text = read_file(path);
  if (profile.has_bom) text.erase(0, 3);
  text = part_behind_lines(text, profile.preamble_lines);
  plain_csv::Options options;
  options.delimiter = profile.dialect.delimiter;
  options.columns = profile.columns.size();
  options.first_line = 1 + profile.preamble_lines;
  const plain_csv::Record header = plain_csv::read_record(text, 0, options);
  EXPECT_EQ(header.cells, profile.columns);
  options.first_line += plain_csv::count_line_ends(std::string_view(text).substr(0, header.next));
  const plain_csv::Result plain = plain_csv::parse(std::string_view(text).substr(header.next), options);

  for (const std::uint64_t block : {std::uint64_t{1} << 20, 97 + text.size() / 1000}) {
    crm::ScanOptions scan;
    scan.block_bytes = block;
    scan.threads = 2;
    const auto scanned = scan_support::scan_all(input, scan);
    EXPECT_EQ(scanned.account.records, scanned.account.rows + scanned.account.rejected);
    EXPECT_EQ(scanned.account.padded, plain.padded);
    EXPECT_EQ(scanned.account.empty_lines, plain.empty_lines);
    EXPECT_EQ(scanned.rows.size(), plain.rows.size());
    EXPECT_EQ(scanned.rejects.size(), plain.rejects.size());
    if (testing::Test::HasFailure()) return true;
    for (std::size_t i = 0; i < plain.rows.size(); ++i) {
      EXPECT_EQ(scanned.rows[i].cells, plain.rows[i].cells);
      EXPECT_EQ(scanned.rows[i].line, plain.rows[i].line);
    }
    for (std::size_t i = 0; i < plain.rejects.size(); ++i) {
      EXPECT_EQ(scanned.rejects[i].line, plain.rejects[i].line);
      EXPECT_EQ(scanned.rejects[i].reason, plain.rejects[i].reason);
    }
  }
  return true;
}

TEST(Corpus, NoFileLosesARowInSilence) {
  if (!fs::is_directory(corpus())) GTEST_SKIP() << "the corpus " << corpus() << " is not here";
  const scan_support::ScratchFolder folder;
  crm::TempSpace temp(folder.path());
  std::size_t files = 0, compared = 0, refused = 0;
  for (const auto& entry : fs::recursive_directory_iterator(corpus())) {
    if (!entry.is_regular_file()) continue;
    SCOPED_TRACE(entry.path().string());
    ++files;
    crm::InputRef ref;
    ref.path = entry.path().string();
    crm::OpenOptions options;
    options.temp = &temp;
    try {
      const auto input = crm::open_input(ref, options);
      if (compare(entry.path(), *input)) {
        ++compared;
      } else {
        const auto account = scan_support::scan_all(*input).account;
        EXPECT_EQ(account.records, account.rows + account.rejected);
      }
    } catch (const crm::Error& error) {
      EXPECT_EQ(error.code(), crm::ErrorCode::invalid_input) << error.what();
      ++refused;
      if (std::getenv("CRM_MERGE_SHOW_REFUSED") != nullptr) std::printf("%s\n", error.what());
    }
    if (HasFailure()) break;
  }
  std::printf("%zu files: %zu compared with the plain parser, %zu refused with an error\n", files, compared, refused);
  EXPECT_GT(compared, files / 2);
}

}  // namespace
