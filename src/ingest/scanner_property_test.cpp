// The scanner held against a plain parser that shares nothing with it, on random nasty bytes; and against itself, however
// the text is cut into blocks and whoever scans them.

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>

#include "support/plain_csv.h"
#include "support/scan_support.h"

namespace {

using scan_support::Scanned;

std::string printable(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '\n') out += "\\n";
    else if (c == '\r') out += "\\r";
    else if (static_cast<unsigned char>(c) < 32 || static_cast<unsigned char>(c) > 126) out += '?';
    else out += c;
  }
  return out;
}

void expect_like_plain(const Scanned& scanned, const std::string& text, const crm::ScanFormat& format) {
  plain_csv::Options options;
  options.delimiter = format.delimiter;
  options.columns = format.columns;
  options.max_record_bytes = format.max_record_bytes;
  const plain_csv::Result plain = plain_csv::parse(text, options);
  ASSERT_EQ(scanned.rows.size(), plain.rows.size());
  for (std::size_t i = 0; i < plain.rows.size(); ++i) {
    ASSERT_EQ(scanned.rows[i].cells, plain.rows[i].cells) << "row " << i;
    ASSERT_EQ(scanned.rows[i].line, plain.rows[i].line) << "row " << i;
    ASSERT_EQ(scanned.rows[i].raw, plain.rows[i].raw) << "row " << i;
  }
  ASSERT_EQ(scanned.rejects.size(), plain.rejects.size());
  for (std::size_t i = 0; i < plain.rejects.size(); ++i) {
    ASSERT_EQ(scanned.rejects[i].line, plain.rejects[i].line) << "reject " << i;
    ASSERT_EQ(scanned.rejects[i].reason, plain.rejects[i].reason) << "reject " << i;
    ASSERT_EQ(scanned.rejects[i].text, crm::reject_text(plain.rejects[i].raw, format)) << "reject " << i;
  }
  EXPECT_EQ(scanned.account.padded, plain.padded);
  EXPECT_EQ(scanned.account.empty_lines, plain.empty_lines);
  EXPECT_EQ(scanned.account.rows, plain.rows.size());
  EXPECT_EQ(scanned.account.rejected, plain.rejects.size());
  EXPECT_EQ(scanned.account.records, plain.rows.size() + plain.rejects.size());
}

void expect_same(const Scanned& a, const Scanned& b) {
  ASSERT_EQ(a.rows.size(), b.rows.size());
  for (std::size_t i = 0; i < a.rows.size(); ++i) {
    ASSERT_EQ(a.rows[i].cells, b.rows[i].cells) << "row " << i;
    ASSERT_EQ(a.rows[i].line, b.rows[i].line) << "row " << i;
    ASSERT_EQ(a.rows[i].canonical, b.rows[i].canonical) << "row " << i;
  }
  ASSERT_EQ(a.rejects.size(), b.rejects.size());
  for (std::size_t i = 0; i < a.rejects.size(); ++i) {
    ASSERT_EQ(a.rejects[i].line, b.rejects[i].line);
    ASSERT_EQ(a.rejects[i].reason, b.rejects[i].reason);
    ASSERT_EQ(a.rejects[i].text, b.rejects[i].text);
  }
  EXPECT_EQ(a.account.padded, b.account.padded);
  EXPECT_EQ(a.account.empty_lines, b.account.empty_lines);
  EXPECT_EQ(a.account.xxh3, b.account.xxh3);
}

/// Text in which the interesting bytes are frequent, in several mixtures.
std::string random_text(std::mt19937& random, std::size_t size) {
  static const std::vector<std::vector<std::string>> kMixtures = {
      {"a", "b", ",", "\"", "\n", "\r", "\r\n"},
      {"a", "bcdef", ",", ",", ",\"", "\",", "\"\"", "\n", "\",\"", "\"\r\n\""},
      {"word", " ", ",", "\n", "\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x98\x80", "\xFF", "\xC3", std::string(1, '\0'), ";"},
      {"1,2,3\n", "x,\"y\ny\",z\r\n", "\"a\",\"b,\",\"c\"\"d\"\n", ",,\n", "\n", "p,q\r", "1,2,3,4\n", "\"open,2,3\n",
       "\"a\"b,c,d\n", "   \n", "\"\"\n"},
  };
  const auto& mixture = kMixtures[random() % kMixtures.size()];
  std::string text;
  while (text.size() < size) text += mixture[random() % mixture.size()];
  return text;
}

crm::ScanFormat random_format(std::mt19937& random) {
  crm::ScanFormat format;
  format.delimiter = ",,,;"[random() % 4];
  format.columns = 1 + random() % 4;
  if (random() % 3 == 0) format.max_record_bytes = 1 + random() % 30;
  return format;
}

TEST(ScannerProperty, ReadsRandomTextLikeThePlainParser) {
  std::mt19937 random(20241101);
  for (int round = 0; round < 6000; ++round) {
    const std::string text = random_text(random, random() % 120);
    const crm::ScanFormat format = random_format(random);
    SCOPED_TRACE("round " + std::to_string(round) + ", columns " + std::to_string(format.columns) + ", limit " +
                 std::to_string(format.max_record_bytes) + ": " + printable(text));
    const auto input = scan_support::input_of(text, format);
    ASSERT_NO_FATAL_FAILURE(expect_like_plain(scan_support::scan_all(*input), text, format));
  }
}

TEST(ScannerProperty, ReadsLongRandomTextLikeThePlainParser) {
  std::mt19937 random(7);
  for (int round = 0; round < 60; ++round) {
    const std::string text = random_text(random, 20'000 + random() % 60'000);
    const crm::ScanFormat format = random_format(random);
    SCOPED_TRACE("round " + std::to_string(round));
    const auto input = scan_support::input_of(text, format);
    ASSERT_NO_FATAL_FAILURE(expect_like_plain(scan_support::scan_all(*input), text, format));
  }
}

/// Few pieces, some of them larger than any buffer.
std::string text_of_large_pieces(std::mt19937& random) {
  std::string text;
  const std::size_t pieces = 3 + random() % 12;
  for (std::size_t i = 0; i < pieces; ++i) {
    const std::string filling(random() % 3 == 0 ? 100'000 + random() % 2'500'000 : random() % 300, 'x');
    switch (random() % 6) {
      case 0: text += "a," + filling + "\n"; break;
      case 1: text += "\"" + filling + "\n" + filling + "\",b\r\n"; break;
      case 2: text += "c,\"" + filling + "\r"; break;
      case 3: text += filling + "\"\"" + filling + "\n"; break;
      case 4: text += "1,2\r3,4\r\n5,6,7\n\n"; break;
      case 5: text += "\"" + filling + "\"\"" + filling + "\"" + (random() % 2 == 0 ? ",e\n" : "f\n"); break;
    }
  }
  return text;
}

TEST(ScannerProperty, RecordsLargerThanAnyBufferAreReadLikeThePlainParserReadsThem) {
  std::mt19937 random(17);
  for (int round = 0; round < 12; ++round) {
    const std::string text = text_of_large_pieces(random);
    crm::ScanFormat format;
    format.columns = 2;
    const std::uint64_t limits[] = {1000, 70'000, 1'000'000, 64u << 20};
    format.max_record_bytes = limits[random() % 4];
    for (const int threads : {1, 3}) {
      SCOPED_TRACE("round " + std::to_string(round) + ", threads " + std::to_string(threads));
      crm::ScanOptions options;
      options.threads = threads;
      options.block_bytes = 100'000;
      const auto input = scan_support::input_of(text, format);
      ASSERT_NO_FATAL_FAILURE(expect_like_plain(scan_support::scan_all(*input, options), text, format));
      ASSERT_NO_FATAL_FAILURE(expect_like_plain(scan_support::scan_all(*input, options), text, format));
    }
  }
}

TEST(ScannerProperty, SplitAnywhereGivesTheSame) {
  std::mt19937 random(99);
  for (int round = 0; round < 250; ++round) {
    const std::string text = random_text(random, random() % 90);
    const crm::ScanFormat format = random_format(random);
    const auto whole = scan_support::input_of(text, format);
    const Scanned expected = scan_support::scan_all(*whole);
    for (std::uint64_t block = 1; block <= text.size() + 1; ++block) {
      SCOPED_TRACE("round " + std::to_string(round) + ", blocks of " + std::to_string(block) + ": " + printable(text));
      const auto input = scan_support::input_of(text, format, random() % 4);
      crm::ScanOptions options;
      options.block_bytes = block;
      ASSERT_NO_FATAL_FAILURE(expect_same(scan_support::scan_all(*input, options), expected));
      // And again, now that it knows where records start.
      ASSERT_NO_FATAL_FAILURE(expect_same(scan_support::scan_all(*input, options), expected));
    }
  }
}

TEST(ScannerProperty, SeveralThreadsThatGuessGiveTheSame) {
  std::mt19937 random(3);
  for (int round = 0; round < 120; ++round) {
    const std::string text = random_text(random, 200 + random() % 3000);
    const crm::ScanFormat format = random_format(random);
    const auto whole = scan_support::input_of(text, format);
    const Scanned expected = scan_support::scan_all(*whole);
    SCOPED_TRACE("round " + std::to_string(round) + ": " + printable(text));
    const auto input = scan_support::input_of(text, format, random() % 10);
    crm::ScanOptions options;
    options.threads = 4;
    options.block_bytes = 1 + random() % 100;
    const Scanned first = scan_support::scan_all(*input, options);
    ASSERT_NO_FATAL_FAILURE(expect_same(first, expected));
    const Scanned later = scan_support::scan_all(*input, options);
    ASSERT_NO_FATAL_FAILURE(expect_same(later, expected));
    ASSERT_EQ(later.positions.size(), first.positions.size());
    for (std::size_t i = 0; i < first.positions.size(); ++i) {
      EXPECT_EQ(later.positions[i].first_row, first.positions[i].first_row);
      EXPECT_EQ(later.positions[i].first_line, first.positions[i].first_line);
      EXPECT_EQ(later.positions[i].rows, first.positions[i].rows);
      EXPECT_EQ(later.positions[i].index, i);
    }
  }
}

TEST(ScannerProperty, AnyRangeOfBatchesIsThatPartOfTheWhole) {
  std::mt19937 random(5);
  for (int round = 0; round < 100; ++round) {
    const std::string text = random_text(random, 100 + random() % 600);
    const crm::ScanFormat format = random_format(random);
    const auto input = scan_support::input_of(text, format);
    crm::ScanOptions options;
    options.block_bytes = 1 + random() % 60;
    options.threads = 1 + static_cast<int>(random() % 3);
    const Scanned whole = scan_support::scan_all(*input, options);
    const std::size_t batches = input->batches().size();
    const std::size_t first = batches == 0 ? 0 : random() % batches;
    const std::size_t last = first + (batches == first ? 0 : random() % (batches - first + 1));
    std::vector<scan_support::Row> rows;
    options.all_columns = true;
    input->scan_range(
        options, first, last,
        [&](const crm::RecordBatch& batch, int) {
          auto mapped = std::make_unique<scan_support::MappedRows>();
          mapped->first_row = batch.first_row;
          mapped->first_line = batch.first_line;
          std::string scratch;
          for (std::size_t row = 0; row < batch.rows(); ++row) {
            mapped->rows.push_back({{std::string(batch.cell(row, 0, scratch))}, batch.first_line + batch.line_offset(row), {}, {}});
          }
          return mapped;
        },
        [&](std::unique_ptr<crm::Input::Mapped> mapped, const crm::BatchPosition& position) {
          auto& part = static_cast<scan_support::MappedRows&>(*mapped);
          EXPECT_EQ(part.first_row, position.first_row);
          EXPECT_EQ(part.first_line, position.first_line);
          for (auto& row : part.rows) rows.push_back(std::move(row));
        });
    const std::size_t begin = first == last ? 0 : static_cast<std::size_t>(input->batches()[first].first_row);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      ASSERT_EQ(rows[i].cells[0], whole.rows[begin + i].cells[0]);
      ASSERT_EQ(rows[i].line, whole.rows[begin + i].line);
    }
    std::size_t expected = 0;
    for (std::size_t i = first; i < last; ++i) expected += input->batches()[i].rows;
    EXPECT_EQ(rows.size(), expected);
  }
}

TEST(ScannerProperty, ProjectionGivesTheChosenColumnsInTheirOrder) {
  std::mt19937 random(11);
  for (int round = 0; round < 200; ++round) {
    const std::string text = random_text(random, random() % 200);
    crm::ScanFormat format = random_format(random);
    format.columns = 4;
    const Scanned all = scan_support::scan_all(*scan_support::input_of(text, format));
    crm::ScanOptions options;
    options.columns = {2, 0, 2};
    const Scanned some = scan_support::scan_all(*scan_support::input_of(text, format), options);
    ASSERT_EQ(some.rows.size(), all.rows.size());
    for (std::size_t i = 0; i < all.rows.size(); ++i) {
      const auto& cells = all.rows[i].cells;
      ASSERT_EQ(some.rows[i].cells, (std::vector<std::string>{cells[2], cells[0], cells[2]}));
      ASSERT_EQ(some.rows[i].canonical, all.rows[i].canonical);
    }
  }
}

std::string written(const std::vector<std::string>& cells) {
  std::string out;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i != 0) out += ',';
    const bool quoted = cells[i].find_first_of(",\"\r\n") != std::string::npos || (cells.size() == 1 && cells[i].empty());
    if (quoted) out += '"';
    for (const char c : cells[i]) {
      if (c == '"') out += '"';
      out += c;
    }
    if (quoted) out += '"';
  }
  return out;
}

TEST(ScannerProperty, CanonicalMeansExactlyWhatTheWriterWouldWrite) {
  std::mt19937 random(13);
  std::size_t canonical = 0, other = 0;
  for (int round = 0; round < 3000; ++round) {
    const std::string text = random_text(random, random() % 120);
    crm::ScanFormat format = random_format(random);
    format.delimiter = ',';
    for (const auto& row : scan_support::scan_all(*scan_support::input_of(text, format)).rows) {
      ASSERT_EQ(row.canonical, row.raw == written(row.cells)) << printable(row.raw);
      ++(row.canonical ? canonical : other);
    }
  }
  EXPECT_GT(canonical, 1000u);
  EXPECT_GT(other, 1000u);
}

}  // namespace
