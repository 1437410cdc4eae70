// The rules of reading CSV (contract, section 2.1), one test each.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/error.h"
#include "support/scan_support.h"

namespace {

using Cells = std::vector<std::vector<std::string>>;
using Strings = std::vector<std::string>;

crm::ScanFormat with_columns(std::size_t columns) {
  crm::ScanFormat format;
  format.columns = columns;
  return format;
}

scan_support::Scanned read(const std::string& text, const crm::ScanFormat& format) {
  return scan_support::scan_all(*scan_support::input_of(text, format));
}

scan_support::Scanned read(const std::string& text, std::size_t columns) { return read(text, with_columns(columns)); }

Cells cells(const scan_support::Scanned& scanned) {
  Cells all;
  for (const auto& row : scanned.rows) all.push_back(row.cells);
  return all;
}

std::vector<std::uint64_t> lines(const scan_support::Scanned& scanned) {
  std::vector<std::uint64_t> all;
  for (const auto& row : scanned.rows) all.push_back(row.line);
  return all;
}

Strings reasons(const scan_support::Scanned& scanned) {
  Strings all;
  for (const auto& reject : scanned.rejects) all.push_back(std::to_string(reject.line) + ": " + reject.reason);
  return all;
}

TEST(ReadingRules, AFieldIsQuotedOnlyIfItsFirstByteIsTheQuote) {
  EXPECT_EQ(cells(read("5\" disk,say \"hi\"\n", 2)), (Cells{{"5\" disk", "say \"hi\""}}));
  EXPECT_EQ(cells(read("a, \"b\"\n", 2)), (Cells{{"a", " \"b\""}}));
}

TEST(ReadingRules, InsideQuotesADoubledQuoteIsOne) {
  EXPECT_EQ(cells(read("\"a\"\"b\",\"\"\"\",\"\"\"\"\"\"\n", 3)), (Cells{{"a\"b", "\"", "\"\""}}));
}

TEST(ReadingRules, InsideQuotesDelimitersAndLineEndsAreText) {
  EXPECT_EQ(cells(read("\"a,b\n\r\nc\r\",d\n", 2)), (Cells{{"a,b\n\r\nc\r", "d"}}));
}

TEST(ReadingRules, LineFeedCarriageReturnAndBothEndRecordsInAnyMixture) {
  EXPECT_EQ(cells(read("a,1\nb,2\r\nc,3\rd,4\r\r\ne,5", 2)),
            (Cells{{"a", "1"}, {"b", "2"}, {"c", "3"}, {"d", "4"}, {"e", "5"}}));
}

TEST(ReadingRules, TheLastLineEndStartsNoRecord) {
  for (const char* end : {"", "\n", "\r\n", "\r"}) {
    const auto scanned = read(std::string("a\nb") + end, 1);
    EXPECT_EQ(cells(scanned), (Cells{{"a"}, {"b"}}));
    EXPECT_EQ(scanned.account.records, 2u);
  }
}

TEST(ReadingRules, ThereAreNoComments) { EXPECT_EQ(cells(read("#a,b\n", 2)), (Cells{{"#a", "b"}})); }

TEST(ReadingRules, ARecordWithTooFewFieldsIsPaddedWithBlanksAndCounted) {
  const auto scanned = read("a,b,c\nd\ne,f\n", 3);
  EXPECT_EQ(cells(scanned), (Cells{{"a", "b", "c"}, {"d", "", ""}, {"e", "f", ""}}));
  EXPECT_EQ(scanned.account.padded, 2u);
}

TEST(ReadingRules, EmptyLinesAreSkippedAndCounted) {
  const auto scanned = read("\na,b\n\r\n\rc,d\n\n", 2);
  EXPECT_EQ(cells(scanned), (Cells{{"a", "b"}, {"c", "d"}}));
  EXPECT_EQ(scanned.account.empty_lines, 4u);
  EXPECT_EQ(scanned.account.records, 2u);
}

TEST(ReadingRules, InAFileOfOneColumnAnEmptyLineIsARow) {
  const auto scanned = read("a\n\n\r\nb\n", 1);
  EXPECT_EQ(cells(scanned), (Cells{{"a"}, {""}, {""}, {"b"}}));
  EXPECT_EQ(scanned.account.empty_lines, 0u);
}

TEST(ReadingRules, ALineOfWhiteSpaceIsARecord) {
  const auto scanned = read("  \n\t\n", 2);
  EXPECT_EQ(cells(scanned), (Cells{{"  ", ""}, {"\t", ""}}));
  EXPECT_EQ(scanned.account.padded, 2u);
}

TEST(ReadingRules, AnEmptyQuotedFieldAloneIsARecord) {
  EXPECT_EQ(cells(read("\"\"\n", 2)), (Cells{{"", ""}}));
}

TEST(ReadingRules, TooManyFieldsAreRejected) {
  const auto scanned = read("a,b\nc,d,e\nf,g,,\nh,i\n", 2);
  EXPECT_EQ(cells(scanned), (Cells{{"a", "b"}, {"h", "i"}}));
  EXPECT_EQ(reasons(scanned),
            (Strings{"2: too many fields (expected 2, found 3)", "3: too many fields (expected 2, found 4)"}));
  EXPECT_EQ(scanned.rejects[0].text, "c,d,e");
  EXPECT_EQ(scanned.rejects[0].input, "test.csv");
}

TEST(ReadingRules, TextAfterAClosingQuoteRejectsTheRecordToItsLineEndOutsideQuotes) {
  const auto scanned = read("\"a\"x\"y,\"p\nq\"\nb,c\n", 2);
  EXPECT_EQ(reasons(scanned), (Strings{"1: text after a closing quote"}));
  EXPECT_EQ(scanned.rejects[0].text, "\"a\"x\"y,\"p\nq\"");
  EXPECT_EQ(cells(scanned), (Cells{{"b", "c"}}));
  EXPECT_EQ(lines(scanned), (std::vector<std::uint64_t>{3}));
}

TEST(ReadingRules, OfSeveralReasonsTheFirstThatAReaderNoticesIsTold) {
  EXPECT_EQ(reasons(read("\"a\"x,b,c\xFF\n", 2)), (Strings{"1: text after a closing quote"}));
  EXPECT_EQ(reasons(read("a,b,\xFF\n", 2)), (Strings{"1: too many fields (expected 2, found 3)"}));
}

TEST(ReadingRules, OfAQuoteThatIsNeverClosedTheFirstLineIsRejectedAndReadingResumesAtTheNext) {
  const auto scanned = read("a,b\n8,\"never closed\n9,z\nc,d\n", 2);
  EXPECT_EQ(cells(scanned), (Cells{{"a", "b"}, {"9", "z"}, {"c", "d"}}));
  EXPECT_EQ(reasons(scanned), (Strings{"2: quote is never closed"}));
  EXPECT_EQ(scanned.rejects[0].text, "8,\"never closed");
}

TEST(ReadingRules, AQuoteNotClosedWithinTheRecordLimitIsNeverClosed) {
  crm::ScanFormat format = with_columns(2);
  format.max_record_bytes = 20;
  const auto scanned = read("8,\"open\n9,z\n10,yyyyyyyyyyy\n11,closed\"\n", format);
  EXPECT_EQ(cells(scanned), (Cells{{"9", "z"}, {"10", "yyyyyyyyyyy"}, {"11", "closed\""}}));
  EXPECT_EQ(reasons(scanned), (Strings{"1: quote is never closed"}));
}

TEST(ReadingRules, ARecordOfExactlyTheLimitIsARow) {
  crm::ScanFormat format = with_columns(2);
  format.max_record_bytes = 6;
  const auto scanned = read("a,bcde\r\n\"a\",bc\na,bcdef\n\"a\",bcd\nz,\n", format);
  EXPECT_EQ(cells(scanned), (Cells{{"a", "bcde"}, {"a", "bc"}, {"z", ""}}));
  EXPECT_EQ(reasons(scanned), (Strings{"3: record is longer than --max-record-bytes",
                                       "4: record is longer than --max-record-bytes"}));
  EXPECT_EQ(scanned.rejects[0].text, "a,bcde");
}

TEST(ReadingRules, TooManyQuotesThatAreNeverClosedEndTheReading) {
  crm::ScanFormat format = with_columns(2);
  format.max_record_bytes = 4;
  const auto file_with = [](std::uint64_t quotes) {
    std::string text;
    for (std::uint64_t i = 0; i < quotes; ++i) text += "\"abcd\n";
    return text;
  };
  EXPECT_EQ(read(file_with(crm::kMaxQuoteRestarts), format).rejects.size(), crm::kMaxQuoteRestarts);
  try {
    read(file_with(crm::kMaxQuoteRestarts + 1), format);
    FAIL() << "no error";
  } catch (const crm::Error& error) {
    EXPECT_EQ(error.code(), crm::ErrorCode::invalid_input);
    EXPECT_STREQ(error.what(),
                 "test.csv: more than 10000 quotes are never closed, the first in line 1; name the right --delimiter, or "
                 "mend the quotes");
  }
}

TEST(ReadingRules, BytesThatTheEncodingDoesNotHaveAreRejectedAndShownInHex) {
  const auto scanned = read("a,K\xF6ln\\\nb,K\xC3\xB6ln\nc,\xED\xA0\x80\n", 2);
  EXPECT_EQ(cells(scanned), (Cells{{"b", "K\xC3\xB6ln"}}));
  EXPECT_EQ(reasons(scanned), (Strings{"1: bytes that are not UTF-8", "3: bytes that are not UTF-8"}));
  EXPECT_EQ(scanned.rejects[0].text, "a,K\\xF6ln\\\\");
  EXPECT_EQ(scanned.rejects[1].text, "c,\\xED\\xA0\\x80");
}

TEST(ReadingRules, NulAndControlCharactersAreData) {
  const std::string text("a\0b,\x01\x1B\x7F\n", 8);
  EXPECT_EQ(cells(read(text, 2)), (Cells{{std::string("a\0b", 3), "\x01\x1B\x7F"}}));
}

TEST(ReadingRules, LinesAreCountedPhysicallyAlsoInsideQuotes) {
  const auto scanned = read("a,\"1\n2\r\n3\r4\"\nb,2\n\nc,\"\r\n\"\r\nd,4\n", 2);
  EXPECT_EQ(lines(scanned), (std::vector<std::uint64_t>{1, 5, 7, 9}));
}

TEST(ReadingRules, AFieldLongerThanAnyBufferComesThroughWhole) {
  const std::string longest(3'000'000, 'x');
  const std::string multiline = "\"" + std::string(200'000, ',') + "\n" + longest + "\"";
  const std::string text = "a," + longest + "\n" + multiline + ",b\nc,d\n";
  for (const int threads : {1, 3}) {
    const auto input = scan_support::input_of(text, with_columns(2));
    crm::ScanOptions options;
    options.threads = threads;
    options.block_bytes = 4096;
    const auto scanned = scan_support::scan_all(*input, options);
    ASSERT_EQ(scanned.rows.size(), 3u);
    EXPECT_EQ(scanned.rows[0].cells[1], longest);
    EXPECT_EQ(scanned.rows[1].cells[0].size(), multiline.size() - 2);
    EXPECT_EQ(scanned.rows[2].cells, (Strings{"c", "d"}));
    EXPECT_EQ(scanned.rows[2].line, 4u);
  }
}

TEST(ReadingRules, TheEndOfATooLongRecordIsFoundHoweverFarItIsAndWhateverItIs) {
  crm::ScanFormat format = with_columns(2);
  format.max_record_bytes = 1000;
  for (const std::string end : {"\n", "\r", "\r\n"}) {
    for (std::size_t size = 1000 + 256 * 1024 - 3; size <= 1000 + 256 * 1024 + 1; ++size) {
      const auto input = scan_support::input_of(std::string(size, 'x') + end + "b,c\n", format, 0);
      crm::ScanOptions options;
      options.block_bytes = 500;
      const auto scanned = scan_support::scan_all(*input, options);
      EXPECT_EQ(cells(scanned), (Cells{{"b", "c"}}));
      EXPECT_EQ(lines(scanned), (std::vector<std::uint64_t>{2}));
      EXPECT_EQ(reasons(scanned), (Strings{"1: record is longer than --max-record-bytes"}));
    }
  }
}

TEST(ReadingRules, ManyColumnsAndShortRecordsComeInBatchesOfBoundedSize) {
  std::string text;
  for (int i = 0; i < 20'000; ++i) text += "x\n";
  const auto input = scan_support::input_of(text, with_columns(1000));
  std::size_t batches = 0, rows = 0;
  crm::ScanOptions options;
  options.all_columns = true;
  input->scan(
      options,
      [&](const crm::RecordBatch& batch, int) {
        EXPECT_LE(batch.rows() * batch.columns(), crm::kMaxBatchFields);
        return std::make_unique<crm::Input::Mapped>();
      },
      [&](std::unique_ptr<crm::Input::Mapped>, const crm::BatchPosition& position) {
        ++batches;
        rows += position.rows;
      });
  EXPECT_EQ(rows, 20'000u);
  EXPECT_GT(batches, 20u);
  EXPECT_EQ(input->batches().size(), batches);
}

TEST(ReadingRules, EveryRecordIsARowOrARejectAndTheSumIsTold) {
  const auto scanned = read("a,b\nc\n\nd,e,f\n\"g\"h,i\nj,\xFF\nk,\"l\n", 2);
  EXPECT_EQ(scanned.account.records, 6u);
  EXPECT_EQ(scanned.account.rows, 2u);
  EXPECT_EQ(scanned.account.rejected, 4u);
  EXPECT_EQ(scanned.account.padded, 1u);
  EXPECT_EQ(scanned.account.empty_lines, 1u);
}

}  // namespace
