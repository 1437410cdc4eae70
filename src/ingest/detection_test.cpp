// Detection of delimiter, preamble and header, and what is said of a file before it is read (contract, section 2.1).

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/error.h"
#include "ingest/layout.h"
#include "support/scan_support.h"

namespace {

using Strings = std::vector<std::string>;

class Detection : public testing::Test {
 protected:
  std::unique_ptr<crm::Input> open(std::string_view bytes, const std::string& name = "a.csv") {
    crm::InputRef ref;
    ref.path = folder_.write(name, bytes);
    ref.name = "vendor";
    options_.temp = &temp_;
    return crm::open_input(ref, options_);
  }
  crm::InputProfile profile(std::string_view bytes, const std::string& name = "a.csv") {
    return open(bytes, name)->profile();
  }
  char delimiter(std::string_view bytes, const std::string& name = "a.csv") {
    return profile(bytes, name).dialect.delimiter;
  }
  std::string refusal(std::string_view bytes, const std::string& name = "a.csv") {
    try {
      open(bytes, name);
    } catch (const crm::Error& error) {
      EXPECT_EQ(error.code(), crm::ErrorCode::invalid_input);
      std::string message = error.what();
      const std::string folder = folder_.path().string() + "/";
      for (std::size_t at; (at = message.find(folder)) != std::string::npos;) message.erase(at, folder.size());
      return message;
    }
    return "no error";
  }

  scan_support::ScratchFolder folder_;
  crm::TempSpace temp_{folder_.path()};
  crm::OpenOptions options_;
};

TEST_F(Detection, EachOfTheFourDelimitersIsFound) {
  EXPECT_EQ(delimiter("a,b\n1,2\n"), ',');
  EXPECT_EQ(delimiter("a\tb\n1\t2\n"), '\t');
  EXPECT_EQ(delimiter("a;b\n1;2\n"), ';');
  EXPECT_EQ(delimiter("a|b\n1|2\n"), '|');
}

TEST_F(Detection, TheDelimiterWithTheLargestShareOfEqualRecordsIsTaken) {
  EXPECT_EQ(delimiter("name;city\nDoe, Ann;Bonn\nRoe;Celle\nPoe, Jr, Ed;Köln\n"), ';');
  const auto certainty = profile("name;city\nDoe, Ann;Bonn\nRoe;Celle\nPoe, Jr, Ed;Köln\n").delimiter_certainty;
  EXPECT_EQ(certainty.reason, "100 % of 4 records have 2 fields");
  EXPECT_EQ(certainty.share, 1.0);
  EXPECT_FALSE(certainty.given);
}

TEST_F(Detection, OfDelimitersThatFitEquallyTheCommaComesFirst) {
  EXPECT_EQ(delimiter("a,b;c\n1,2;3\n"), ',');
  EXPECT_EQ(delimiter("a;b|c\n1;2|3\n"), ';');
  EXPECT_EQ(delimiter("a\tb;c\n1\t2;3\n"), '\t');
}

TEST_F(Detection, ATsvSuffixWins) {
  EXPECT_EQ(delimiter("a\tb,c\n1\t2,3\n", "a.tsv"), '\t');
  EXPECT_EQ(delimiter("a\tb,c\n1\t2,3\n4,5\tx\n", "a.TSV"), '\t');
  EXPECT_TRUE(profile("a\tb\n1\t2\n", "a.tsv").delimiter_certainty.given);
}

TEST_F(Detection, ATsvSuffixWinsInAFileOfOneColumnThatHoldsCommas) {
  EXPECT_EQ(delimiter("a\n1,2\n3,4\n", "a.tsv"), '\t');
}

TEST_F(Detection, AStrayDelimiterInAFileOfOneColumnDoesNotCutItsValues) {
  EXPECT_EQ(delimiter("note\nplain\nmore\na;b\n"), ',');
  EXPECT_EQ(delimiter("note\nplain, or not\nmore\na;b|c\n"), '\t');
}

TEST_F(Detection, DelimitersInsideQuotesDoNotCount) {
  EXPECT_EQ(delimiter("a;b\n\"1,2,3\";x\n\"4,5\n6,7\";y\n"), ';');
}

TEST_F(Detection, AFileWithoutAnyDelimiterHasOneColumn) {
  const auto found = profile("Email\na@x.com\nb@x.com\n");
  EXPECT_EQ(found.columns, (Strings{"Email"}));
  EXPECT_EQ(found.delimiter_certainty.reason, "one column");
}

TEST_F(Detection, AGivenDelimiterIsTaken) {
  options_.overrides.delimiter = '^';
  const auto found = profile("a^b,c\n1^2,3\n");
  EXPECT_EQ(found.columns, (Strings{"a", "b,c"}));
  EXPECT_TRUE(found.delimiter_certainty.given);
  EXPECT_EQ(found.delimiter_certainty.reason, "--delimiter");
}

TEST_F(Detection, ASepLineNamesTheDelimiterAndIsNoHeader) {
  for (const char* line : {"sep=;", "SEP=;", "\"sep=;\""}) {
    const auto found = profile(std::string(line) + "\r\na;b,c\r\n1;2,3\r\n");
    EXPECT_EQ(found.columns, (Strings{"a", "b,c"})) << line;
    EXPECT_EQ(found.preamble_lines, 1u);
    EXPECT_TRUE(found.delimiter_certainty.given);
    EXPECT_EQ(found.sample, (std::vector<Strings>{{"1", "2,3"}}));
  }
}

TEST_F(Detection, LeadingLinesThatAreEmptyOrHoldOneFieldAreAPreamble) {
  const auto input = open("Contacts\n\nas of today,,\nEmail,City,ZIP\na@x.com,Bonn,1\nb@x.com,Celle,2\n");
  EXPECT_EQ(input->profile().columns, (Strings{"Email", "City", "ZIP"}));
  EXPECT_EQ(input->profile().preamble_lines, 3u);
  EXPECT_EQ(scan_support::scan_all(*input).rows[0].line, 5u);
}

TEST_F(Detection, ALineOfBlankFieldsBelowATitleIsPreambleToo) {
  const auto found = profile("Contacts,,\n,,\nEmail,City,ZIP\na@x.com,Bonn,1\nb@x.com,Celle,2\n");
  EXPECT_EQ(found.columns, (Strings{"Email", "City", "ZIP"}));
  EXPECT_EQ(found.preamble_lines, 2u);
}

TEST_F(Detection, AHeaderOfBlankNamesIsAHeader) {
  EXPECT_EQ(profile(",,\na,b,c\nd,e,f\n").columns, (Strings{"", "", ""}));
}

TEST_F(Detection, ALeadingLineBeforeARecordOfAnUnusualWidthIsNoPreamble) {
  EXPECT_EQ(profile("Email\na@x.com\nb@x.com,1\nc@x.com\n").columns, (Strings{"Email"}));
}

TEST_F(Detection, AtMost32LeadingLinesAreAPreamble) {
  const auto titles = [](int lines) {
    std::string text;
    for (int i = 0; i < lines; ++i) text += "title\n";
    for (int i = 0; i < 50; ++i) text += "a,b\n";
    return text;
  };
  EXPECT_EQ(profile(titles(32)).preamble_lines, 32u);
  EXPECT_EQ(refusal(titles(33)),
            "a.csv: with \",\" as the delimiter, 50 of 82 records do not fit the header's 1 column; name the right one with "
            "--delimiter, or remove what stands before the header");
}

TEST_F(Detection, EmptyLinesBeforeTheHeaderAreSkipped) {
  const auto input = open("\n\r\nEmail\na@x.com\n");
  EXPECT_EQ(input->profile().columns, (Strings{"Email"}));
  EXPECT_EQ(scan_support::scan_all(*input).rows[0].line, 4u);
}

TEST_F(Detection, HeadersComeAsTheyStand) {
  EXPECT_EQ(profile("\" Na\"\"me\",,Name,name,\"a,b\",😀\n1,2,3,4,5,6\n").columns,
            (Strings{" Na\"me", "", "Name", "name", "a,b", "😀"}));
}

TEST_F(Detection, WithoutAHeaderColumnsAreNumberedAndTheFirstRecordIsData) {
  options_.overrides.has_header = false;
  const auto input = open("a,b\nc,d\n");
  EXPECT_EQ(input->profile().columns, (Strings{"column_1", "column_2"}));
  EXPECT_EQ(scan_support::scan_all(*input).rows.size(), 2u);
  EXPECT_TRUE(input->profile().header_certainty.given);
}

TEST_F(Detection, AHeaderThatLooksLikeDataWarns) {
  const auto found = profile("a@x.com,1\nb@x.com,2\n");
  EXPECT_LT(found.header_certainty.share, 0.5);
  ASSERT_EQ(found.warnings.size(), 1u);
  EXPECT_TRUE(found.warnings[0].ends_with("if the file has no header, say --no-header"));
}

TEST_F(Detection, ADialectUnderWhichMostRecordsDoNotFitAsksForTheDelimiter) {
  EXPECT_EQ(refusal("Email,City\na,1,2\nb\nc,1,2,3\nd\n"),
            "a.csv: with \",\" as the delimiter, 4 of 4 records do not fit the header's 2 columns; name the right one with "
            "--delimiter");
  options_.overrides.delimiter = ',';
  EXPECT_EQ(refusal("Email,City\na,1,2\nb\nc,1,2,3\nd\n"), "no error");
}

TEST_F(Detection, AnEncodingThatMostRecordsDoNotHaveAsksForTheEncoding) {
  EXPECT_EQ(refusal("A,B\nx,\x81\ny,\x8D\n"),
            "a.csv: 2 of 2 records hold bytes that are not Windows-1252; name the right encoding with --encoding");
}

TEST_F(Detection, AnOriginalWithoutAHeaderIsAnError) {
  options_.is_original = true;
  EXPECT_EQ(refusal(""), "a.csv is empty; the original needs a header line with the names of its columns");
  EXPECT_EQ(refusal("\n\n"), "a.csv has no header line; the original needs a header line with the names of its columns");
}

TEST_F(Detection, AnEnrichedFileWithoutAHeaderWarnsAndGivesNoRows) {
  for (const char* bytes : {"", "\n\r\n"}) {
    const auto input = open(bytes);
    EXPECT_TRUE(input->profile().empty);
    EXPECT_EQ(input->profile().warnings.size(), 1u);
    EXPECT_EQ(scan_support::scan_all(*input).rows.size(), 0u);
  }
}

TEST_F(Detection, AHeaderAloneGivesNoRows) {
  const auto input = open("Email,City\n");
  EXPECT_FALSE(input->profile().empty);
  EXPECT_EQ(input->profile().columns.size(), 2u);
  EXPECT_EQ(scan_support::scan_all(*input).account.records, 0u);
}

TEST_F(Detection, AHeaderThatCannotBeReadIsAnError) {
  EXPECT_EQ(refusal("\"Email,City\na,b\n"),
            "a.csv, line 1: the header cannot be read: quote is never closed; repair that line");
  EXPECT_EQ(refusal("sep=,\n\"Email\"x,City\na,b\n"),
            "a.csv, line 2: the header cannot be read: text after a closing quote; repair that line");
  options_.overrides.encoding = "utf-8";
  EXPECT_EQ(refusal("Stra\xDF" "e,City\na,b\n"),
            "a.csv, line 1: the header cannot be read: bytes that are not UTF-8; name the encoding with --encoding");
}

TEST_F(Detection, WithoutAHeaderTheFirstRecordMayBeAReject) {
  options_.overrides.has_header = false;
  const auto input = open("\"x\"y,b\n1,2\n3,4\n");
  const auto account = scan_support::scan_all(*input).account;
  EXPECT_EQ(account.rejected, 1u);
  EXPECT_EQ(account.rows, 2u);
}

TEST_F(Detection, AHeaderLongerThanTheSampleIsReadWhole) {
  const std::string name(5'000'000, 'n');
  EXPECT_EQ(profile(name + ",b\n1,2\n").columns, (Strings{name, "b"}));
  options_.max_record_bytes = 4'000'000;
  EXPECT_EQ(refusal(name + ",b\n1,2\n"),
            "a.csv, line 1: the header cannot be read: record is longer than --max-record-bytes; repair that line");
}

TEST_F(Detection, TheSampleHoldsTheFirstRowsPaddedWithoutRejects) {
  const auto found = profile("a,b\n1\n2,3,4\n5,6\n7,8\n");
  EXPECT_EQ(found.sample, (std::vector<Strings>{{"1", ""}, {"5", "6"}, {"7", "8"}}));
  EXPECT_TRUE(found.sample_is_whole_file);
  EXPECT_EQ(found.estimated_rows, 3u);
}

TEST_F(Detection, RowsOfALargeFileAreEstimated) {
  std::string text = "Email,City\n";
  for (int i = 0; i < 300'000; ++i) text += "user@example.com,Bonn\n";
  const auto found = profile(text);
  EXPECT_EQ(found.sample.size(), crm::kSampleRows);
  EXPECT_FALSE(found.sample_is_whole_file);
  EXPECT_NEAR(static_cast<double>(found.estimated_rows), 300'000, 10);
  EXPECT_NEAR(found.average_row_bytes, 22, 0.01);
}

TEST_F(Detection, NumbersThatASpreadsheetHasCutAreToldWithoutTheirText) {
  const auto found = profile("Phone,Name\n1.4E+10,Ann\n4.9151E+12,Bob\n555-1234,Cy\n,E+10\n");
  ASSERT_EQ(found.warnings.size(), 1u);
  EXPECT_TRUE(found.warnings[0].ends_with(
      "a.csv: column \"Phone\": 2 of 3 sampled values are numbers like 1.4E+10; a spreadsheet has cut their digits"));
}

TEST_F(Detection, ZipCodesOfFourDigitsAreTold) {
  const auto found = profile("Name,Zip Code\nAnn,2134\nBob,94107\nCy,10001-1234\n");
  ASSERT_EQ(found.warnings.size(), 1u);
  EXPECT_TRUE(found.warnings[0].ends_with(
      "column \"Zip Code\": 1 of 3 sampled values have four digits; a spreadsheet may have cut their leading zeros"));
  EXPECT_TRUE(profile("Name,Postal Code\nAnn,2134\nBob,1010\n").warnings.empty()) << "four digits are Austrian";
}

}  // namespace
