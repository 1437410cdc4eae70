#include "ingest/file_kind.h"

#include <algorithm>
#include <cctype>

#include "tables/json_lines.h"

namespace crm {
namespace {

using namespace std::string_view_literals;

struct Magic {
  std::string_view bytes;
  std::string_view what;
};

constexpr std::string_view kUnpack = "unpack it and give the CSV file inside";
constexpr std::string_view kExport = "export it as CSV";

// Source: the formats' own specifications, as collected in file(1).
constexpr Magic kArchives[] = {
    {"\xFD"
     "7zXZ\0"sv,
     "an xz archive"},
    {"BZh"sv, "a bzip2 archive"},
    {"7z\xBC\xAF\x27\x1C"sv, "a 7-Zip archive"},
    {"Rar!\x1A\x07"sv, "a RAR archive"},
    {"\x04\x22\x4D\x18"sv, "an LZ4 archive"},
    // What is compressed once has been unpacked by now.
    {"\x1F\x8B"sv, "a gzip archive in a compressed file"},
    {"\x28\xB5\x2F\xFD"sv, "a Zstandard archive in a compressed file"},
    {"\xFF\x06\0\0sNaPpY"sv, "a Snappy archive"},
};

constexpr Magic kDocuments[] = {
    {"%PDF-"sv, "a PDF document"},
    {"ARROW1"sv, "an Arrow file"},
    {"Obj\x01"sv, "an Avro file"},
    {"ORC\x0A"sv, "an ORC file"},
    {"SQLite format 3\0"sv, "an SQLite database"},
    {"{\\rtf"sv, "a rich text document"},
};

constexpr Magic kOthers[] = {
    {"\x89PNG\r\n\x1A\n"sv, "a PNG image"},
    {"\xFF\xD8\xFF"sv, "a JPEG image"},
    {"GIF87a"sv, "a GIF image"},
    {"GIF89a"sv, "a GIF image"},
    {"\x7F"
     "ELF"sv,
     "a program"},
    {"\xCF\xFA\xED\xFE"sv, "a program"},
    {"MZ\x90\0"sv, "a program"},
};

std::string describe(std::string_view what, std::string_view advice) {
  return "is " + std::string(what) + ": " + std::string(advice);
}

bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

bool is_zip(std::string_view head) { return head.starts_with("PK\x03\x04"sv) || head.starts_with("PK\x05\x06"sv); }

std::string describe_zip(std::string_view head) {
  if (contains(head, "application/vnd.oasis.opendocument")) {
    return describe("an OpenDocument file (.ods or the like)", "save it as .xlsx or as CSV (UTF-8) and give that file");
  }
  if (contains(head, "Index/Document.iwa") || contains(head, "Index.zip")) {
    return describe("a Numbers document", "export it as Excel (.xlsx) or CSV and give that file");
  }
  return describe("a ZIP archive", kUnpack);
}

/// Compound files: workbooks before 2007, and any that are protected by a password.
std::string describe_compound(std::string_view head) {
  constexpr std::string_view kEncrypted("E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e\0", 32);
  if (contains(head, kEncrypted)) {
    return describe("an Office document that is protected by a password", "save it without the password and give that file");
  }
  return describe("an old Excel workbook (.xls) or another Office document", "save it as .xlsx or as CSV and give that file");
}

bool is_web_page(std::string_view head) {
  while (!head.empty() && std::isspace(static_cast<unsigned char>(head.front()))) head.remove_prefix(1);
  std::string start(head.substr(0, 14));
  std::transform(start.begin(), start.end(), start.begin(), [](unsigned char c) { return std::tolower(c); });
  return start.starts_with("<!doctype html") || start.starts_with("<html");
}

/// The suffix without those of compression, in lower case: ".jsonl".
std::string suffix_of(std::string_view path) {
  std::string name(path.substr(path.find_last_of('/') + 1));
  std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
  for (const char* compressed : {".gz", ".zst"}) {
    if (name.ends_with(compressed)) name.erase(name.rfind('.'));
  }
  const std::size_t dot = name.rfind('.');
  return dot == std::string::npos ? std::string() : name.substr(dot);
}

}  // namespace

FileFormat detect_format(std::string_view head, bool whole, std::string_view path) {
  if (head.starts_with("PAR1") || head.starts_with("PARE")) return FileFormat::parquet;
  const std::string suffix = suffix_of(path);
  if (is_zip(head)) {
    const bool office = contains(head, "[Content_Types].xml") || contains(head, "xl/");
    return office || suffix == ".xlsx" || suffix == ".xlsm" ? FileFormat::xlsx : FileFormat::csv;
  }
  if (suffix == ".jsonl" || suffix == ".ndjson" || suffix == ".json") return FileFormat::json_lines;
  if (head.starts_with("\xEF\xBB\xBF")) head.remove_prefix(3);
  if (looks_like_json_lines(head, whole)) return FileFormat::json_lines;
  return FileFormat::csv;
}

std::optional<std::string> not_csv(std::string_view head) {
  if (is_zip(head)) return describe_zip(head);
  if (head.starts_with("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"sv)) return describe_compound(head);
  for (const Magic& magic : kArchives) {
    if (head.starts_with(magic.bytes)) return describe(magic.what, kUnpack);
  }
  for (const Magic& magic : kDocuments) {
    if (head.starts_with(magic.bytes)) return describe(magic.what, kExport);
  }
  for (const Magic& magic : kOthers) {
    if (head.starts_with(magic.bytes)) return describe(magic.what, "give a CSV file");
  }
  if (head.size() > 262 && head.substr(257, 5) == "ustar") return describe("a tar archive", kUnpack);
  if (is_web_page(head)) return describe("a web page (HTML)", "perhaps a log-in page was saved; download the CSV file again");
  return std::nullopt;
}

}  // namespace crm
