// Opening: what a file is, where it comes from, in which encoding, and what is said when it cannot be read.

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <xxhash.h>
#include <zlib.h>
#include <zstd.h>

#include <fcntl.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "base/error.h"
#include "support/scan_support.h"

namespace {

using Cells = std::vector<std::vector<std::string>>;

class OpenInput : public testing::Test {
 protected:
  std::unique_ptr<crm::Input> open(const std::string& path) {
    crm::InputRef ref;
    ref.path = path;
    ref.name = "vendor";
    options_.temp = &temp_;
    return crm::open_input(ref, options_);
  }
  std::unique_ptr<crm::Input> open_bytes(std::string_view bytes, const std::string& name = "a.csv") {
    return open(folder_.write(name, bytes));
  }
  static Cells cells(crm::Input& input) {
    Cells all;
    for (const auto& row : scan_support::scan_all(input).rows) all.push_back(row.cells);
    return all;
  }
  Cells read(std::string_view bytes) { return cells(*open_bytes(bytes)); }

  /// The message with which `bytes` are refused, the path replaced by FILE.
  std::string refusal(std::string_view bytes, crm::ErrorCode code = crm::ErrorCode::invalid_input) {
    const std::string path = folder_.write("refused.csv", bytes);
    return refusal_of(path, code);
  }
  std::string refusal_of(const std::string& path, crm::ErrorCode code = crm::ErrorCode::invalid_input) {
    try {
      scan_support::scan_all(*open(path));
    } catch (const crm::Error& error) {
      EXPECT_EQ(error.code(), code);
      std::string message = error.what();
      for (std::size_t at; (at = message.find(path)) != std::string::npos;) message.replace(at, path.size(), "FILE");
      return message;
    }
    return "no error";
  }

  scan_support::ScratchFolder folder_;
  crm::TempSpace temp_{folder_.path()};
  crm::OpenOptions options_;
};

std::string gzip(std::string_view text) {
  z_stream stream = {};
  deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, text.size()) + 64, '\0');
  std::string in(text);
  stream.next_in = reinterpret_cast<Bytef*>(in.data());
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::string zstd(std::string_view text) {
  std::string out(ZSTD_compressBound(text.size()), '\0');
  out.resize(ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 3));
  return out;
}

/// ASCII text in units of `bytes` bytes.
std::string wide(std::string_view text, int bytes, bool big_endian) {
  std::string out;
  for (const char c : text) {
    std::string unit(static_cast<std::size_t>(bytes), '\0');
    unit[big_endian ? unit.size() - 1 : 0] = c;
    out += unit;
  }
  return out;
}

const Cells kPeople = {{"a@x.com", "Aachen"}, {"b@x.com", "Bonn"}};
constexpr std::string_view kPeopleText = "Email,City\na@x.com,Aachen\nb@x.com,Bonn\n";

TEST_F(OpenInput, APlainFileIsReadInPlace) {
  const auto input = open_bytes(kPeopleText);
  EXPECT_EQ(cells(*input), kPeople);
  EXPECT_EQ(input->profile().columns, (std::vector<std::string>{"Email", "City"}));
  EXPECT_EQ(input->profile().compression, "none");
  EXPECT_EQ(input->profile().file_bytes, kPeopleText.size());
  EXPECT_EQ(temp_.spilled_bytes(), 0u);
}

TEST_F(OpenInput, GzipOfSeveralMembersIsRead) {
  const std::string bytes = gzip(kPeopleText.substr(0, 20)) + gzip(kPeopleText.substr(20)) + std::string(512, '\0');
  const auto input = open_bytes(bytes, "people.csv.gz");
  EXPECT_EQ(cells(*input), kPeople);
  EXPECT_EQ(input->profile().compression, "gzip");
  EXPECT_EQ(input->profile().file_bytes, bytes.size());
}

TEST_F(OpenInput, ZstdOfSeveralFramesIsRead) {
  const auto input = open_bytes(zstd(kPeopleText.substr(0, 20)) + zstd("") + zstd(kPeopleText.substr(20)));
  EXPECT_EQ(cells(*input), kPeople);
  EXPECT_EQ(input->profile().compression, "zstd");
}

TEST_F(OpenInput, ALargeCompressedFileIsReadWhole) {
  std::string text = "Email,City\n";
  while (text.size() < 5'000'000) text += "user" + std::to_string(text.size()) + "@x.com,Bonn\n";
  const auto lines = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) - 1;
  EXPECT_EQ(scan_support::scan_all(*open_bytes(gzip(text))).rows.size(), lines);
  EXPECT_EQ(scan_support::scan_all(*open_bytes(zstd(text))).rows.size(), lines);
}

TEST_F(OpenInput, TruncatedCompressedDataIsAnErrorThatSaysSo) {
  const std::string long_text = std::string(kPeopleText) + std::string(5000, 'x');
  const std::string expected =
      " data ends early; get the file again (a broken download?) or unpack it yourself";
  EXPECT_EQ(refusal(gzip(long_text).substr(0, 60)), "cannot read FILE: the gzip" + expected);
  EXPECT_EQ(refusal(gzip(kPeopleText).substr(0, 8)), "cannot read FILE: the gzip" + expected);
  const std::string frame = zstd(long_text);
  EXPECT_EQ(refusal(frame.substr(0, frame.size() - 3)), "cannot read FILE: the zstd" + expected);
}

TEST_F(OpenInput, DamagedCompressedDataIsAnErrorThatSaysSo) {
  std::string bytes = gzip(kPeopleText);
  bytes[bytes.size() - 6] ^= 1;  // of the checksum
  EXPECT_EQ(refusal(bytes),
            "cannot read FILE: the gzip data is damaged; get the file again (a broken download?) or unpack it yourself");
  bytes = gzip(kPeopleText) + "garbage";
  EXPECT_EQ(refusal(bytes),
            "cannot read FILE: the gzip data is damaged; get the file again (a broken download?) or unpack it yourself");
  bytes = zstd(kPeopleText);
  bytes[2] ^= 1;
  bytes = zstd(kPeopleText) + bytes;
  EXPECT_TRUE(refusal(bytes).starts_with("cannot read FILE: the zstd data is damaged ("));
}

TEST_F(OpenInput, APipeIsSpooledAndCanBeReadAgain) {
  const std::string path = (folder_.path() / "pipe").string();
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  std::jthread writer([&] { std::ofstream(path) << kPeopleText; });
  const auto input = open(path);
  EXPECT_EQ(cells(*input), kPeople);
  EXPECT_EQ(cells(*input), kPeople);
  EXPECT_EQ(input->profile().file_bytes, kPeopleText.size());
}

TEST_F(OpenInput, StandardInputIsSpooled) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const int saved = ::dup(STDIN_FILENO);
  ::dup2(ends[0], STDIN_FILENO);
  const std::string bytes = gzip(kPeopleText);
  EXPECT_EQ(::write(ends[1], bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  ::close(ends[1]);
  const auto input = open("-");
  ::dup2(saved, STDIN_FILENO);
  ::close(saved);
  ::close(ends[0]);
  EXPECT_EQ(cells(*input), kPeople);
  EXPECT_EQ(input->profile().path, "-");
}

TEST_F(OpenInput, WaitingForAPipeEndsWhenCancelled) {
  const std::string path = (folder_.path() / "pipe").string();
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  const int writer = ::open(path.c_str(), O_RDWR | O_CLOEXEC);  // a writer that never writes
  std::stop_source stop;
  stop.request_stop();
  options_.stop = stop.get_token();
  EXPECT_EQ(refusal_of(path, crm::ErrorCode::cancelled), "cancelled");
  ::close(writer);
}

TEST_F(OpenInput, AnEmptyFileNeedsNoTemporaryFolder) {
  crm::InputRef ref;
  ref.path = folder_.write("empty.csv", "");
  EXPECT_TRUE(crm::open_input(ref, {})->profile().empty);
}

TEST_F(OpenInput, TheHashIsOfTheFileAsItIsOnDisk) {
  const std::string with_bom = "\xEF\xBB\xBF" + std::string(kPeopleText);
  for (const std::string& bytes :
       {std::string(kPeopleText), with_bom, gzip(kPeopleText), wide(kPeopleText, 2, false), std::string()}) {
    const auto input = open_bytes(bytes);
    crm::ScanOptions options;
    options.block_bytes = 7;
    const std::uint64_t expected = XXH3_64bits(bytes.data(), bytes.size());
    EXPECT_EQ(scan_support::scan_all(*input, options).account.xxh3, expected);
    EXPECT_EQ(scan_support::scan_all(*input, options).account.xxh3, expected) << "later scan";
  }
}

TEST_F(OpenInput, AByteOrderMarkTellsTheEncodingAndIsNotText) {
  const std::string text = "Email,City\na@x.com,Bonn\n";
  const std::pair<std::string, std::string> cases[] = {
      {"\xEF\xBB\xBF" + text, "utf-8"},
      {"\xFF\xFE" + wide(text, 2, false), "utf-16le"},
      {"\xFE\xFF" + wide(text, 2, true), "utf-16be"},
      {std::string("\xFF\xFE\0\0", 4) + wide(text, 4, false), "utf-32le"},
      {std::string("\0\0\xFE\xFF", 4) + wide(text, 4, true), "utf-32be"},
  };
  for (const auto& [bytes, encoding] : cases) {
    const auto input = open_bytes(bytes);
    EXPECT_EQ(input->profile().encoding, encoding);
    EXPECT_TRUE(input->profile().has_bom);
    EXPECT_TRUE(input->profile().encoding_certainty.given);
    EXPECT_EQ(input->profile().columns[0], "Email") << encoding;
    EXPECT_EQ(cells(*input), (Cells{{"a@x.com", "Bonn"}})) << encoding;
  }
}

TEST_F(OpenInput, WideTextWithoutAByteOrderMarkIsFoundByItsNuls) {
  const std::pair<std::string, std::string> cases[] = {{wide(kPeopleText, 2, false), "utf-16le"},
                                                       {wide(kPeopleText, 2, true), "utf-16be"},
                                                       {wide(kPeopleText, 4, false), "utf-32le"},
                                                       {wide(kPeopleText, 4, true), "utf-32be"}};
  for (const auto& [bytes, encoding] : cases) {
    const auto input = open_bytes(bytes);
    EXPECT_EQ(input->profile().encoding, encoding);
    EXPECT_FALSE(input->profile().has_bom);
    EXPECT_EQ(cells(*input), kPeople) << encoding;
  }
}

TEST_F(OpenInput, CyrillicUtf16WithoutAByteOrderMarkIsFoundByItsLineFeeds) {
  std::string bytes;
  const std::u16string text = u"Имя,Город\nИван,Москва\nАнна,Казань\n";
  for (const char16_t c : text) {
    bytes += static_cast<char>(c & 0xFF);
    bytes += static_cast<char>(c >> 8);
  }
  const auto input = open_bytes(bytes);
  EXPECT_EQ(input->profile().encoding, "utf-16le");
  EXPECT_EQ(cells(*input), (Cells{{"Иван", "Москва"}, {"Анна", "Казань"}}));
}

TEST_F(OpenInput, AFewNulsDoNotMakeUtf16) {
  const std::string text("a\0,b\n1\0,2\n3,4\n", 14);
  const auto input = open_bytes(text);
  EXPECT_EQ(input->profile().encoding, "utf-8");
  EXPECT_EQ(cells(*input), (Cells{{std::string("1\0", 2), "2"}, {"3", "4"}}));
}

TEST_F(OpenInput, WhatIsNotUtf8InTheFirstMebibyteIsWindows1252) {
  const auto input = open_bytes("Email;City\na@x.com;K\xF6ln \x80 \x93x\x94\n");
  EXPECT_EQ(input->profile().encoding, "windows-1252");
  EXPECT_FALSE(input->profile().encoding_certainty.given);
  EXPECT_EQ(cells(*input), (Cells{{"a@x.com", "Köln € “x”"}}));
}

TEST_F(OpenInput, ACharacterCutAtTheEndOfTheFirstMebibyteIsStillUtf8) {
  std::string text = "A,B\n";
  text += std::string((1u << 20) - 1 - text.size(), 'x') + "\xC3\xB6,y\n";
  EXPECT_EQ(open_bytes(text)->profile().encoding, "utf-8");
}

TEST_F(OpenInput, AWrongByteBehindTheFirstMebibyteIsARejectNotAnotherEncoding) {
  std::string text = "A,B\n";
  while (text.size() < (1u << 20)) text += "some,text\n";
  text += "K\xF6ln,x\n";
  const auto input = open_bytes(text);
  EXPECT_EQ(input->profile().encoding, "utf-8");
  const auto scanned = scan_support::scan_all(*input);
  ASSERT_EQ(scanned.rejects.size(), 1u);
  EXPECT_EQ(scanned.rejects[0].text, "K\\xF6ln,x");
}

TEST_F(OpenInput, TheFiveUndefinedBytesOfWindows1252AreRejected) {
  const auto input = open_bytes("A,B\nx,\x81\x8D\x8F\x90\x9D\ny,\xFC\nz,1\n");
  const auto scanned = scan_support::scan_all(*input);
  ASSERT_EQ(scanned.rejects.size(), 1u);
  EXPECT_EQ(scanned.rejects[0].reason, "bytes that are not Windows-1252");
  EXPECT_EQ(scanned.rejects[0].text, "x,\\x81\\x8D\\x8F\\x90\\x9D");
  EXPECT_EQ(scanned.rows[0].cells, (std::vector<std::string>{"y", "ü"}));
}

TEST_F(OpenInput, HalfASurrogatePairAndHalfAUnitAreRejected) {
  options_.overrides.encoding = "utf-16le";
  std::string bytes = wide("A,B\nx,y\n", 2, false) + std::string("\x3D\xD8", 2) + wide(",1\nz,2\nw,3", 2, false) + "q";
  const auto scanned = scan_support::scan_all(*open_bytes(bytes));
  ASSERT_EQ(scanned.rejects.size(), 2u);
  EXPECT_EQ(scanned.rejects[0].text, "\\x3D\\xD8,1");
  EXPECT_EQ(scanned.rejects[1].text, "w,3\\x71");
  EXPECT_EQ(scanned.rejects[0].reason, "bytes that are not UTF-16LE");
}

TEST_F(OpenInput, APairOfSurrogatesAcrossReadsIsOneCharacter) {
  std::string bytes = wide("A,B\n", 2, false);
  while (bytes.size() < (1u << 20) - 2) bytes += wide("x", 2, false);
  bytes += std::string("\x3D\xD8\x00\xDE", 4) + wide(",y\n", 2, false);
  options_.overrides.encoding = "UTF-16";
  const auto scanned = scan_support::scan_all(*open_bytes(bytes));
  ASSERT_EQ(scanned.rows.size(), 1u);
  EXPECT_TRUE(scanned.rows[0].cells[0].ends_with("x😀"));
}

TEST_F(OpenInput, AnyEncodingOfIcuCanBeNamed) {
  options_.overrides.encoding = "iso-8859-2";
  const auto input = open_bytes("Email,City\na@x.com,Wroc\xB3"
                                "aw\n");
  EXPECT_EQ(cells(*input), (Cells{{"a@x.com", "Wrocław"}}));
  EXPECT_EQ(input->profile().encoding, "iso-8859-2");
  EXPECT_TRUE(input->profile().encoding_certainty.given);
}

TEST_F(OpenInput, UndecodableBytesOfAnIcuEncodingAreRejectedAndShown) {
  options_.overrides.encoding = "shift_jis";
  const auto scanned = scan_support::scan_all(*open_bytes("A,B\n\x93\xFA,x\n\x93,y\nz,\xFF\nw,\x93"));
  ASSERT_EQ(scanned.rows.size(), 1u);
  EXPECT_EQ(scanned.rows[0].cells[0], "日");
  ASSERT_EQ(scanned.rejects.size(), 3u);
  EXPECT_EQ(scanned.rejects[0].text, "\\x93,y");
  EXPECT_EQ(scanned.rejects[1].text, "z,\\xFF");
  EXPECT_EQ(scanned.rejects[2].text, "w,\\x93");
  EXPECT_EQ(scanned.rejects[0].reason, "bytes that are not SHIFT_JIS");
}

TEST_F(OpenInput, AnUnknownEncodingIsAUsageError) {
  options_.overrides.encoding = "klingon";
  EXPECT_EQ(refusal("A,B\n", crm::ErrorCode::invalid_config),
            "--encoding: unknown encoding \"klingon\"; examples: utf-8, utf-16le, windows-1252, iso-8859-2, shift_jis");
}

TEST_F(OpenInput, AMissingFileIsAnError) {
  EXPECT_EQ(refusal_of((folder_.path() / "nope.csv").string(), crm::ErrorCode::not_found),
            "cannot read FILE: no such file");
}

TEST_F(OpenInput, AFolderIsAnError) {
  EXPECT_EQ(refusal_of(folder_.path().string()), "cannot read FILE: it is a folder; name the file in it");
}

TEST_F(OpenInput, OtherFormatsAreRefusedWithAWordOnWhatToDo) {
  const std::string rest(600, '\0');
  EXPECT_EQ(refusal("PK\x03\x04....[Content_Types].xml" + rest),
            "cannot read FILE: it is an Excel workbook or a ZIP archive that ends early; get the file again (a broken download?)");
  EXPECT_EQ(refusal("PK\x03\x04....people.csv" + rest),
            "cannot read FILE: it is a ZIP archive: unpack it and give the CSV file inside");
  EXPECT_EQ(refusal("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1" + rest),
            "cannot read FILE: it is an old Excel workbook (.xls) or another Office document: save it as .xlsx or as CSV and give that "
            "file");
  EXPECT_EQ(refusal("%PDF-1.7\n"), "cannot read FILE: it is a PDF document: export it as CSV");
  EXPECT_EQ(refusal("\x89PNG\r\n\x1A\n" + rest), "cannot read FILE: it is a PNG image: give a CSV file");
  EXPECT_EQ(refusal("PAR1" + rest), "cannot read FILE: it is a Parquet file that ends early; get the file again (a broken download?)");
  EXPECT_EQ(refusal("\x7F" "ELF" + rest), "cannot read FILE: it is a program: give a CSV file");
  EXPECT_EQ(refusal(std::string("\xFD" "7zXZ\0", 6) + rest),
            "cannot read FILE: it is an xz archive: unpack it and give the CSV file inside");
  EXPECT_EQ(refusal("BZh91AY" + rest),
            "cannot read FILE: it is a bzip2 archive: unpack it and give the CSV file inside");
  EXPECT_EQ(refusal("  <!DOCTYPE html><html>"),
            "cannot read FILE: it is a web page (HTML): perhaps a log-in page was saved; download the CSV file again");
  EXPECT_EQ(refusal(gzip(std::string(257, 'a') + "ustar" + rest)),
            "cannot read FILE: it is a tar archive: unpack it and give the CSV file inside");
}

TEST_F(OpenInput, AFileThatChangesBetweenScansIsAnError) {
  const std::string path = folder_.write("growing.csv", kPeopleText);
  const auto input = open(path);
  scan_support::scan_all(*input);
  std::ofstream(path, std::ios::app) << "c@x.com,Celle\n";
  try {
    scan_support::scan_all(*input);
    FAIL() << "no error";
  } catch (const crm::Error& error) {
    EXPECT_EQ(error.code(), crm::ErrorCode::invalid_input);
    EXPECT_EQ(error.message(), path + " was changed while it was being read; run again when nothing writes to it");
  }
}

TEST_F(OpenInput, ARecordLimitOutOfRangeIsAUsageError) {
  options_.max_record_bytes = 0;
  EXPECT_EQ(refusal("A\n", crm::ErrorCode::invalid_config), "--max-record-bytes must be from 1 to 1073741823");
}

TEST_F(OpenInput, ADelimiterThatCannotBeOneIsAUsageError) {
  options_.overrides.delimiter = '"';
  EXPECT_EQ(refusal("A\n", crm::ErrorCode::invalid_config),
            "--delimiter must be one ASCII character, and neither a quote nor a line end");
}

TEST_F(OpenInput, WhatIsSpooledLeavesNothingInTheFolder) {
  {
    const auto input = open_bytes(gzip(kPeopleText), "people.csv.gz");
    EXPECT_GT(temp_.spilled_bytes(), 0u);
  }
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) names.push_back(entry.path().filename());
  EXPECT_EQ(names, std::vector<std::string>{"people.csv.gz"});
}

}  // namespace
