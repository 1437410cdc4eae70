#include "storage/folder_uploads.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/error.h"
#include "base/random.h"
#include "storage/content_hash.h"
#include "storage/object_file.h"
#include "storage/staging.h"
#include "storage/upload_records.h"

namespace crm {
namespace {

using namespace upload_records;

constexpr std::size_t kIdBytes = 32;

/// Locks bytes of an upload's `lock` file as long as it lives. The lock belongs to the open file: threads of
/// one process keep each other out as processes do.
class ByteLock {
 public:
  static constexpr std::int64_t kEnding = 0;  ///< held by who completes or aborts

  /// Nothing: somebody else has one of them. `count` 0: all from `first` on.
  static std::optional<ByteLock> try_lock(int folder, std::int64_t first, std::int64_t count) {
    UniqueFd file(::openat(folder, "lock", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!file) throw_storage_error(errno, "cannot lock the upload");
    struct flock lock = {};
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    lock.l_start = first;
    lock.l_len = count;
    if (::fcntl(file.get(), F_OFD_SETLK, &lock) != 0) return std::nullopt;
    return ByteLock(std::move(file));
  }

 private:
  explicit ByteLock(UniqueFd file) : file_(std::move(file)) {}
  UniqueFd file_;
};

[[noreturn]] void throw_no_upload() {
  throw Error(ErrorCode::not_found,
              "there is no such upload (completed, given up, or swept); begin a new one");
}

[[noreturn]] void refuse(const std::string& message) { throw Error(ErrorCode::invalid_input, message); }

/// How many bytes part `number` must have; nothing: 1 to part_size.
std::optional<std::uint64_t> expected_size(const UploadRecord& upload, int number) {
  if (!upload.size) return std::nullopt;
  const std::uint64_t begin = (static_cast<std::uint64_t>(number) - 1) * upload.part_size;
  if (begin >= *upload.size) refuse("part " + std::to_string(number) + " lies beyond the announced size");
  return std::min(upload.part_size, *upload.size - begin);
}

void require_part(const UploadRecord& upload, int number, std::uint64_t size) {
  if (number < 1 || number > kMaxParts) refuse("parts have numbers from 1 to " + std::to_string(kMaxParts));
  const auto expected = expected_size(upload, number);
  if (size < 1 || size > upload.part_size || (expected && size != *expected)) {
    refuse("part " + std::to_string(number) + " has " + std::to_string(size) + " bytes; " +
           (expected ? std::to_string(*expected) : "1 to " + std::to_string(upload.part_size)) +
           " were agreed on");
  }
}

class FilePartWriter final : public PartWriter {
 public:
  FilePartWriter(UniqueFd folder, UniqueFd data, ByteLock lock, const Clock& clock, PartInfo wanted,
                 std::uint64_t begin)
      : folder_(std::move(folder)),
        data_(std::move(data)),
        lock_(std::move(lock)),
        clock_(clock),
        wanted_(std::move(wanted)),
        begin_(begin) {}

  void write(std::string_view bytes) override {
    if (written_ + bytes.size() > wanted_.size) {
      refuse("more than the announced " + std::to_string(wanted_.size) + " bytes came for part " +
             std::to_string(wanted_.number));
    }
    write_all_at(data_.get(), begin_ + written_, bytes, "the upload");
    hash_.add(bytes);
    write_back(data_.get(), begin_ + written_, begin_ + written_ + bytes.size());
    written_ += bytes.size();
  }

  PartInfo commit() override {
    if (written_ != wanted_.size) {
      refuse("only " + std::to_string(written_) + " of " + std::to_string(wanted_.size) +
             " bytes came for part " + std::to_string(wanted_.number) + "; send it again");
    }
    PartInfo part = wanted_;
    part.etag = hash_.etag();
    try {
      write_part(folder_.get(), {.part = part, .at = clock_.wall_now(), .boot = boot_id()});
    } catch (const Error& error) {
      if (error.code() == ErrorCode::not_found) throw_no_upload();  // given up meanwhile
      throw;
    }
    return part;
  }

 private:
  UniqueFd folder_, data_;
  ByteLock lock_;
  const Clock& clock_;
  PartInfo wanted_;
  std::uint64_t begin_;
  std::uint64_t written_ = 0;
  ContentHash hash_;
};

/// The part as its record says, if the bytes are sure to be there.
std::optional<PartInfo> believed(int folder, int data, std::uint64_t part_size, const PartRecord& record) {
  if (!boot_id().empty() && record.boot == boot_id()) return record.part;
  // The machine went down since: the record may be on disk without the bytes.
  const auto lock = ByteLock::try_lock(folder, record.part.number, 1);
  if (!lock) return std::nullopt;  // being written again
  const std::uint64_t begin = (static_cast<std::uint64_t>(record.part.number) - 1) * part_size;
  if (hash_file(data, begin, record.part.size) != record.part.etag) {
    remove_part(folder, record.part.number);
    return std::nullopt;
  }
  PartRecord checked = record;
  checked.boot = boot_id();
  write_part(folder, checked);
  return record.part;
}

/// Of the parts' etags, as S3 does it.
std::string etag_of_parts(std::span<const Part> parts) {
  ContentHash hash;
  for (const Part& part : parts) hash.add(part.etag);
  return hash.etag() + "-" + std::to_string(parts.size());
}

/// The size of the object that these parts make. Errors: invalid_input when one is missing, another, or too
/// short.
std::uint64_t checked_size(const UploadRecord& upload, std::span<const Part> parts,
                           const std::vector<PartRecord>& there) {
  std::uint64_t size = 0;
  for (std::size_t n = 0; n < parts.size(); ++n) {
    const int number = static_cast<int>(n) + 1;
    const auto found = std::find_if(there.begin(), there.end(),
                                    [&](const PartRecord& record) { return record.part.number == number; });
    if (parts[n].number != number || found == there.end())
      refuse("part " + std::to_string(number) + " is missing; send it");
    if (found->part.etag != parts[n].etag) {
      refuse("part " + std::to_string(number) + " is another than its etag says; send it again");
    }
    if (n + 1 < parts.size() && found->part.size != upload.part_size) {
      refuse("part " + std::to_string(number) + " is shorter than the others and not the last");
    }
    size += found->part.size;
  }
  if (upload.size && size != *upload.size) {
    refuse("the parts have " + std::to_string(size) + " bytes, " + std::to_string(*upload.size) +
           " were announced");
  }
  return size;
}

}  // namespace

struct FolderUploads::Opened {
  std::string id;
  UniqueFd folder;
  UploadRecord record;

  /// False once its data have become the object.
  bool goes_on() const { return ::faccessat(folder.get(), "data", F_OK, AT_SYMLINK_NOFOLLOW) == 0; }
  UniqueFd data(int flags) const {
    return UniqueFd(::openat(folder.get(), "data", flags | O_NOFOLLOW | O_CLOEXEC));
  }
};

std::optional<FolderUploads::Opened> FolderUploads::try_open(const Upload& upload) const {
  const bool is_id =
      upload.id.size() == kIdBytes && upload.id.find_first_not_of("0123456789abcdef") == std::string::npos;
  if (!is_id) return std::nullopt;
  Opened opened{.id = upload.id, .folder = open_folder_at(folder_.uploads_fd(), upload.id), .record = {}};
  if (!opened.folder) return std::nullopt;
  auto record = read_upload(opened.folder.get());
  if (!record || (!upload.key.empty() && record->key != upload.key)) return std::nullopt;
  opened.record = std::move(*record);
  return opened;
}

FolderUploads::Opened FolderUploads::open(const Upload& upload) const {
  auto opened = try_open(upload);
  if (!opened || !opened->goes_on()) throw_no_upload();
  return std::move(*opened);
}

Upload FolderUploads::create(const NewUpload& wanted) const {
  require_key(wanted.key);
  if (wanted.part_size < kMinPartBytes || wanted.part_size > kMaxPartBytes) {
    refuse("a part has " + std::to_string(kMinPartBytes) + " to " + std::to_string(kMaxPartBytes) +
           " bytes, not " + std::to_string(wanted.part_size));
  }
  if (wanted.size) {
    if (*wanted.size > wanted.part_size * kMaxParts || *wanted.size > kMaxObjectBytes) {
      throw Error(ErrorCode::limit_exceeded, "an upload has at most " + std::to_string(kMaxParts) +
                                                 " parts; take larger ones (part_size_for)");
    }
    require_space(folder_, *wanted.size);
  }
  staging::Entry entry(folder_.staging_fd(), staging::Entry::Kind::folder);
  const UniqueFd data(::openat(entry.fd(), "data", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!data) throw_storage_error(errno, "cannot begin an upload");
  write_upload(entry.fd(), {.key = wanted.key,
                            .part_size = wanted.part_size,
                            .size = wanted.size,
                            .if_absent = wanted.if_absent,
                            .begun = clock_.wall_now()});
  if (::renameat(folder_.staging_fd(), entry.name().c_str(), folder_.uploads_fd(), entry.name().c_str()) !=
      0) {
    throw_storage_error(errno, "cannot begin an upload");
  }
  Upload upload{.id = entry.name(), .key = wanted.key};
  entry.leave();
  sync_folder(folder_.uploads_fd());
  return upload;
}

std::optional<UploadInfo> FolderUploads::find(const Upload& upload) const {
  const auto opened = try_open(upload);
  if (!opened || !opened->goes_on()) return std::nullopt;
  UploadInfo info{.upload = {.id = upload.id, .key = opened->record.key},
                  .part_size = opened->record.part_size,
                  .size = opened->record.size,
                  .active_at = opened->record.begun};
  for (const PartRecord& part : read_parts(opened->folder.get()))
    info.active_at = std::max(info.active_at, part.at);
  return info;
}

std::unique_ptr<PartWriter> FolderUploads::put_part(const Upload& upload, int number,
                                                    std::uint64_t size) const {
  Opened opened = open(upload);
  require_part(opened.record, number, size);
  auto lock = ByteLock::try_lock(opened.folder.get(), number, 1);
  if (!lock) {
    throw Error(ErrorCode::conflict,
                "part " + std::to_string(number) +
                    " is being written by another request, or the upload is being completed; try again");
  }
  UniqueFd data = opened.data(O_WRONLY);
  if (!data) throw_no_upload();
  // Whatever becomes of the new bytes, the old ones are no part any more.
  remove_part(opened.folder.get(), number);
  const std::uint64_t begin = (static_cast<std::uint64_t>(number) - 1) * opened.record.part_size;
  return std::make_unique<FilePartWriter>(std::move(opened.folder), std::move(data), std::move(*lock), clock_,
                                          PartInfo{.number = number, .etag = {}, .size = size}, begin);
}

std::vector<PartInfo> FolderUploads::list_parts(const Upload& upload) const {
  const Opened opened = open(upload);
  const UniqueFd data = opened.data(O_RDONLY);
  std::vector<PartInfo> parts;
  if (!data) return parts;
  for (const PartRecord& record : read_parts(opened.folder.get())) {
    if (auto part = believed(opened.folder.get(), data.get(), opened.record.part_size, record)) {
      parts.push_back(std::move(*part));
    }
  }
  return parts;
}

ObjectInfo FolderUploads::complete(const Upload& upload, std::span<const Part> parts) const {
  const auto opened = try_open(upload);
  if (!opened) throw_no_upload();
  const std::string etag = etag_of_parts(parts);
  // Bytes are compared with their records before the lock, as that takes the parts' own locks.
  if (opened->goes_on()) (void)list_parts(upload);
  const auto lock = ByteLock::try_lock(opened->folder.get(), ByteLock::kEnding, 0);
  if (!lock)
    throw Error(ErrorCode::conflict,
                "a part of the upload is still being written, or it is being ended; try again");
  const UniqueFd data = opened->data(O_RDWR);
  if (!data) {
    if (auto info = completed_before(*opened, etag)) return std::move(*info);
    throw_no_upload();
  }
  const std::uint64_t size = checked_size(opened->record, parts, read_parts(opened->folder.get()));
  if (::ftruncate(data.get(), static_cast<off_t>(size)) != 0)
    throw_storage_error(errno, "cannot complete the upload");
  ObjectInfo info = publish_file(folder_, opened->folder.get(), "data", data.get(), opened->record.key, etag,
                                 opened->record.if_absent ? Replace::no : Replace::yes);
  mark_completed(*opened, etag);
  return info;
}

void FolderUploads::mark_completed(const Opened& upload, const std::string& etag) const {
  write_completed(upload.folder.get(), {.etag = etag, .at = clock_.wall_now()});
  for (const PartRecord& record : read_parts(upload.folder.get()))
    remove_part(upload.folder.get(), record.part.number);
}

std::optional<ObjectInfo> FolderUploads::completed_before(const Opened& upload,
                                                          const std::string& etag) const {
  const UniqueFd file = folder_.open(upload.record.key);
  struct stat status = {};
  if (!file || ::fstat(file.get(), &status) != 0) return std::nullopt;
  const auto kept = kept_etag(file.get(), status);
  if (const auto completed = read_completed(upload.folder.get())) {
    // The object may have been replaced since; then this is not what they ask for.
    if (completed->etag != etag || (kept && *kept != etag)) return std::nullopt;
  } else {
    // Its process died between the rename and the record.
    if (kept != etag) return std::nullopt;
    mark_completed(upload, etag);
  }
  return object_info(upload.record.key, status, etag);
}

bool FolderUploads::abort(const Upload& upload) const {
  const auto opened = try_open(upload);
  if (!opened || !opened->goes_on()) return false;
  // Who still writes a part writes to a file without a name, and hears at its commit.
  const auto lock = ByteLock::try_lock(opened->folder.get(), ByteLock::kEnding, 1);
  if (!lock) throw Error(ErrorCode::conflict, "the upload is being completed; look for the object");
  SweepReport ignored;
  discard(opened->id, ignored);
  return true;
}

void FolderUploads::discard(const std::string& id, SweepReport& report) const {
  // Another id: the staging folder's entries are locked by their owners, and this one is not.
  const std::string name = random_hex();
  if (::renameat(folder_.uploads_fd(), id.c_str(), folder_.staging_fd(), name.c_str()) != 0) return;
  sync_folder(folder_.uploads_fd());
  staging::remove_all_at(folder_.staging_fd(), name, report);
}

void FolderUploads::sweep(std::chrono::milliseconds idle_for, SweepReport& report) const {
  for (const std::string& id : staging::names_in(folder_.uploads_fd())) sweep_one(id, idle_for, report);
}

void FolderUploads::sweep_one(const std::string& id, std::chrono::milliseconds idle_for,
                              SweepReport& report) const {
  const auto opened = try_open({.id = id, .key = {}});
  if (!opened) return;
  const auto completed = read_completed(opened->folder.get());
  WallTime active_at = completed ? completed->at : opened->record.begun;
  for (const PartRecord& part : read_parts(opened->folder.get())) active_at = std::max(active_at, part.at);
  if (clock_.wall_now() - active_at < idle_for) return;
  const auto lock = ByteLock::try_lock(opened->folder.get(), ByteLock::kEnding, 0);
  if (!lock) return;  // a slow part is a part
  discard(id, report);
  if (!completed) ++report.uploads;
}

}  // namespace crm
