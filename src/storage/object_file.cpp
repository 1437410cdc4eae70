#include "storage/object_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/error.h"

namespace crm {
namespace {

constexpr std::uint64_t kWriteBackBytes = std::uint64_t{8} << 20;

struct stat status_of(int fd) {
  struct stat status = {};
  if (::fstat(fd, &status) != 0) throw_storage_error(errno, "cannot look at a file of the store");
  return status;
}

}  // namespace

void write_back(int fd, std::uint64_t before, std::uint64_t after) {
  const std::uint64_t begin = before / kWriteBackBytes * kWriteBackBytes;
  const std::uint64_t end = after / kWriteBackBytes * kWriteBackBytes;
  if (end == begin) return;
  // Starts writing, waits for nothing; where it cannot, the sync does all.
  ::sync_file_range(fd, static_cast<off64_t>(begin), static_cast<off64_t>(end - begin),
                    SYNC_FILE_RANGE_WRITE);
}

void require_space(const StoreFolder& folder, std::uint64_t bytes) {
  struct statvfs status = {};
  if (::fstatvfs(folder.fd(), &status) != 0) return;  // the write itself will tell
  const std::uint64_t free = static_cast<std::uint64_t>(status.f_bavail) * status.f_frsize;
  if (bytes <= free) return;
  throw Error(ErrorCode::limit_exceeded, "the store's disk has " + std::to_string(free) + " bytes free and " +
                                             std::to_string(bytes) + " are to come; free some space on it");
}

ObjectInfo publish_file(const StoreFolder& folder, int from, const std::string& name, int fd,
                        std::string_view key, std::string etag, Replace replace) {
  keep_etag(fd, etag);
  if (::fsync(fd) != 0) throw_storage_error(errno, "cannot sync an object");
  const struct stat status = status_of(fd);
  folder.publish(from, name, key, replace);
  return object_info(key, status, std::move(etag));
}

FileWriter::FileWriter(const StoreFolder& folder, std::string key, PutOptions options)
    : folder_(folder),
      key_(std::move(key)),
      options_(std::move(options)),
      entry_(folder.staging_fd(), staging::Entry::Kind::file) {
  if (options_.size) require_space(folder, *options_.size);
}

void FileWriter::write(std::string_view bytes) {
  if (size_ + bytes.size() > options_.size.value_or(kMaxObjectBytes)) {
    throw Error(ErrorCode::limit_exceeded, "more bytes came than the " +
                                               std::to_string(options_.size.value_or(kMaxObjectBytes)) +
                                               " announced or allowed");
  }
  write_all(entry_.fd(), bytes, "the store");
  hash_.add(bytes);
  write_back(entry_.fd(), size_, size_ + bytes.size());
  size_ += bytes.size();
}

ObjectInfo FileWriter::commit() {
  if (options_.size && *options_.size != size_) {
    throw Error(ErrorCode::invalid_input, "only " + std::to_string(size_) + " of " +
                                              std::to_string(*options_.size) +
                                              " announced bytes came; send it again");
  }
  ObjectInfo info = publish_file(folder_, folder_.staging_fd(), entry_.name(), entry_.fd(), key_,
                                 hash_.etag(), options_.if_absent ? Replace::no : Replace::yes);
  entry_.leave();
  return info;
}

FileReader::FileReader(std::string_view key, UniqueFd file, const GetOptions& options)
    : file_(std::move(file)) {
  const struct stat status = status_of(file_.get());
  info_ = object_info(key, status, etag_of(file_.get(), status));
  if (!options.if_match.empty() && options.if_match != info_.etag) {
    throw Error(ErrorCode::conflict, "\"" + info_.key + "\" has changed; begin again with its new etag");
  }
  if (options.range.offset > 0 && options.range.offset >= info_.size) {
    throw Error(ErrorCode::invalid_input, "the range begins at byte " + std::to_string(options.range.offset) +
                                              ", the object has " + std::to_string(info_.size));
  }
  begin_ = at_ = options.range.offset;
  end_ = begin_ + std::min(options.range.size.value_or(info_.size), info_.size - begin_);
  ::posix_fadvise(file_.get(), static_cast<off_t>(begin_), static_cast<off_t>(end_ - begin_),
                  POSIX_FADV_SEQUENTIAL);
}

std::size_t FileReader::read(char* into, std::size_t size) {
  const std::size_t wanted = static_cast<std::size_t>(std::min<std::uint64_t>(size, end_ - at_));
  if (wanted == 0) return 0;
  const std::size_t got = read_at(file_.get(), at_, into, wanted, "an object");
  // An end of file here means that somebody cut it in place; a short object must not look whole.
  if (got == 0)
    throw Error(ErrorCode::unavailable, "\"" + info_.key + "\" was changed while it was read; try again");
  at_ += got;
  return got;
}

}  // namespace crm
