#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/error.h"
#include "ingest/byte_source.h"
#include "ingest/csv_input.h"
#include "ingest/encoding.h"
#include "ingest/file_kind.h"
#include "ingest/input.h"
#include "ingest/layout.h"
#include "ingest/text_store.h"

namespace crm {
namespace {

std::string display_name(const InputRef& ref) { return ref.path == "-" ? "standard input" : ref.path; }

/// What came out of opening: the decoded text, and the profile's part that is known without looking at it.
struct OpenedText {
  InputProfile profile;
  std::unique_ptr<TextStore> text;
  std::uint64_t text_begin = 0;  ///< behind a BOM that is still there
};

[[noreturn]] void throw_unreadable(const std::string& name, const std::string& what) {
  throw Error(ErrorCode::invalid_input, "cannot read " + name + ": it " + what);
}

void refuse_other_formats(const std::string& head, const std::string& name) {
  if (const auto what = not_csv(head)) throw_unreadable(name, *what);
}

/// True for a file on disk. Errors: invalid_input for a folder.
bool is_regular_file(int fd, const std::string& name, std::uint64_t& size) {
  struct stat status = {};
  if (::fstat(fd, &status) != 0) throw_unreadable(name, "cannot be examined: " + system_text(errno));
  if (S_ISDIR(status.st_mode)) throw_unreadable(name, "is a folder; name the file in it");
  size = static_cast<std::uint64_t>(status.st_size);
  return S_ISREG(status.st_mode);
}

OpenedText open_text(const InputRef& ref, const OpenOptions& options) {
  const std::string name = display_name(ref);
  const bool is_standard_input = ref.path == "-";
  UniqueFd fd = is_standard_input ? UniqueFd(::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0)) : open_for_reading(ref.path);
  if (!fd) throw_unreadable(name, "is closed");
  OpenedText opened;
  opened.profile.name = options.is_original ? "original" : ref.name;
  opened.profile.path = ref.path;
  std::uint64_t size = 0;
  const bool regular = is_regular_file(fd.get(), name, size) && !is_standard_input;

  RawSource raw(fd.get(), name, options.stop);
  std::string head = read_up_to(raw, kEncodingSampleBytes);
  // Files of /proc say that they have no bytes, and have some.
  const bool in_place = regular && (size != 0 || head.empty());
  const Compression compression = detect_compression(head);
  opened.profile.compression = compression_name(compression);
  std::unique_ptr<ByteSource> decompressed;
  ByteSource* bytes = &raw;
  if (compression != Compression::none) {
    raw.unread(std::move(head));
    decompressed = decompress(raw, compression, name);
    bytes = decompressed.get();
    head = read_up_to(*bytes, kEncodingSampleBytes);
  }
  refuse_other_formats(head, name);
  const bool whole = head.size() < kEncodingSampleBytes;
  EncodingFinding encoding = detect_encoding(head, whole, options.overrides.encoding);
  opened.profile.encoding = encoding.name;
  opened.profile.has_bom = encoding.bom_bytes != 0;
  opened.profile.encoding_certainty = encoding.certainty;
  opened.profile.file_bytes = size;
  if (in_place && bytes == &raw && encoding.name == "utf-8") {
    opened.text_begin = encoding.bom_bytes;
    opened.text = text_in_place(std::move(fd), name);
    return opened;
  }
  SpoolRequest request;
  request.raw = &raw;
  request.bytes = bytes;
  request.head = std::move(head);
  request.encoding = std::move(encoding);
  request.temp = options.temp;
  request.name = name;
  request.stop = options.stop;
  opened.text = spool_text(std::move(request));
  opened.profile.file_bytes = raw.bytes();
  return opened;
}

void check_options(const OpenOptions& options) {
  if (options.max_record_bytes == 0 || options.max_record_bytes > kMaxRecordBytesLimit) {
    throw Error(ErrorCode::invalid_config,
                fmt::format("--max-record-bytes must be from 1 to {}", kMaxRecordBytesLimit));
  }
  if (!options.overrides.delimiter) return;
  const char delimiter = *options.overrides.delimiter;
  if (delimiter == '"' || delimiter == '\n' || delimiter == '\r' || static_cast<signed char>(delimiter) < 0) {
    throw Error(ErrorCode::invalid_config,
                "--delimiter must be one ASCII character, and neither a quote nor a line end");
  }
}

}  // namespace

std::unique_ptr<Input> open_input(const InputRef& ref, const OpenOptions& options) {
  check_options(options);
  OpenedText opened = open_text(ref, options);
  CsvInput::Parts parts;
  parts.profile = std::move(opened.profile);
  parts.text = std::move(opened.text);
  read_layout(parts, opened.text_begin, options, display_name(ref));
  return std::make_unique<CsvInput>(std::move(parts));
}

}  // namespace crm
