#include "ingest/opened_source.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>
#include <vector>

#include "base/error.h"
#include "ingest/encoding.h"

namespace crm {
namespace {

constexpr std::size_t kCopyBytes = 1u << 20;

std::string display_name(const InputRef& ref) {
  if (!ref.shown_as.empty()) return ref.shown_as;
  return ref.path == "-" ? "standard input" : ref.path;
}

/// True for a file on disk. Errors: invalid_input for a folder.
bool is_regular_file(int fd, const std::string& name, std::uint64_t& size) {
  struct stat status = {};
  if (::fstat(fd, &status) != 0) throw_unreadable(name, "cannot be examined: " + system_text(errno));
  if (S_ISDIR(status.st_mode)) throw_unreadable(name, "is a folder; name the file in it");
  size = static_cast<std::uint64_t>(status.st_size);
  return S_ISREG(status.st_mode);
}

UniqueFd duplicate(int fd, const std::string& name) {
  UniqueFd copy(::fcntl(fd, F_DUPFD_CLOEXEC, 0));
  if (!copy) throw_unreadable(name, "cannot be opened again: " + system_text(errno));
  return copy;
}

}  // namespace

void throw_unreadable(const std::string& name, const std::string& what) {
  throw Error(ErrorCode::invalid_input, "cannot read " + name + ": it " + what);
}

bool OpenedSource::head_is_whole() const { return head.size() < kEncodingSampleBytes; }

OpenedSource open_source(const InputRef& ref, const OpenOptions& options) {
  OpenedSource source;
  source.name = display_name(ref);
  const bool is_standard_input = ref.path == "-";
  source.fd = is_standard_input ? UniqueFd(::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0)) : open_for_reading(ref.path);
  if (!source.fd) throw_unreadable(source.name, "is closed");
  source.profile.name = options.is_original ? "original" : ref.name;
  source.profile.path = ref.shown_as.empty() ? ref.location() : ref.shown_as;
  source.profile.sheet = ref.sheet;
  std::uint64_t size = 0;
  const bool regular = is_regular_file(source.fd.get(), source.name, size) && !is_standard_input;
  source.profile.file_bytes = size;

  source.raw = std::make_unique<RawSource>(source.fd.get(), source.name, options.stop);
  source.head = read_up_to(*source.raw, kEncodingSampleBytes);
  const Compression compression = detect_compression(source.head);
  source.profile.compression = compression_name(compression);
  // Files of /proc say that they have no bytes, and have some.
  source.in_place = regular && (size != 0 || source.head.empty()) && compression == Compression::none;
  if (compression != Compression::none) {
    source.raw->unread(std::move(source.head));
    source.decompressed = decompress(*source.raw, compression, source.name);
    source.head = read_up_to(*source.decompressed, kEncodingSampleBytes);
  }
  return source;
}

SeekableSource make_seekable(OpenedSource& source, const OpenOptions& options) {
  SeekableSource seekable;
  if (!source.in_place) {
    if (options.temp == nullptr) throw Error(ErrorCode::internal, source.name + " needs a temporary folder");
    seekable.copy = options.temp->create_spill();
    seekable.copy->append(source.head);
  }
  std::vector<char> chunk(kCopyBytes);
  while (const std::size_t got = source.bytes().read(chunk.data(), chunk.size())) {
    if (options.stop.stop_requested()) throw Error(ErrorCode::cancelled, "cancelled");
    if (seekable.copy) seekable.copy->append({chunk.data(), got});
  }
  seekable.fd = duplicate(seekable.copy ? seekable.copy->fd() : source.fd.get(), source.name);
  seekable.hash = source.raw->hash();
  source.profile.file_bytes = source.raw->bytes();
  return seekable;
}

}  // namespace crm
