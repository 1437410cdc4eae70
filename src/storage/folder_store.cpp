#include "storage/folder_store.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <utility>
#include <vector>

#include "base/error.h"
#include "storage/folder_list.h"
#include "storage/folder_uploads.h"
#include "storage/object_file.h"

namespace crm {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kCopyBytes = std::size_t{1} << 20;

[[noreturn]] void throw_no_object(std::string_view key) {
  throw Error(ErrorCode::not_found, "there is no object \"" + std::string(key) + "\" in the store");
}

void require_running(const std::stop_token& stop) {
  if (stop.stop_requested()) throw Error(ErrorCode::cancelled, "stopped while a file was copied");
}

UniqueFd open_regular(const fs::path& file) {
  UniqueFd fd = open_for_reading(file.string());
  struct stat status = {};
  if (::fstat(fd.get(), &status) != 0 || !S_ISREG(status.st_mode)) {
    throw Error(ErrorCode::invalid_input, "cannot put " + file.string() + ": it is no regular file");
  }
  return fd;
}

/// A file that is removed unless it was completed.
class UnfinishedFile {
 public:
  explicit UnfinishedFile(const fs::path& path) : path_(path) {
    fd_.reset(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (fd_) return;
    if (errno == EEXIST) throw Error(ErrorCode::conflict, "cannot write " + path.string() + ": it exists");
    throw_storage_error(errno, "cannot write " + path.string());
  }
  ~UnfinishedFile() {
    if (fd_) ::unlink(path_.c_str());
  }
  UnfinishedFile(const UnfinishedFile&) = delete;
  UnfinishedFile& operator=(const UnfinishedFile&) = delete;

  int fd() const { return fd_.get(); }
  void finish() { fd_.reset(); }

 private:
  fs::path path_;
  UniqueFd fd_;
};

class FolderStore final : public ObjectStore {
 public:
  FolderStore(const fs::path& folder, const Clock& clock) : folder_(folder), uploads_(folder_, clock) {}

  StoreCapabilities capabilities() const override { return {.presigned_urls = false, .local_files = true}; }

  std::string uri(std::string_view key) const override {
    return "file:" + folder_.path().string() + "/" + std::string(key);
  }

  std::optional<std::string> key_of(std::string_view uri) const override {
    for (const std::string& begin :
         {"file:" + folder_.path().string() + "/", "file://" + folder_.path().string() + "/"}) {
      if (!uri.starts_with(begin)) continue;
      std::string key(uri.substr(begin.size()));
      try {
        require_key(key);
        return key;
      } catch (const Error&) {
        return std::nullopt;
      }
    }
    return std::nullopt;
  }

  std::unique_ptr<ObjectWriter> put(const std::string& key, const PutOptions& options) override {
    require_key(key);
    return std::make_unique<FileWriter>(folder_, key, options);
  }

  ObjectInfo put_file(const std::string& key, const fs::path& file, const PutFileOptions& options,
                      std::stop_token stop) override {
    require_key(key);
    const UniqueFd source = open_regular(file);
    if (options.consume) {
      if (auto info = move_in(key, file, source.get(), options.put)) return std::move(*info);
    }
    const auto writer = put(key, options.put);
    std::vector<char> buffer(kCopyBytes);
    while (const std::size_t got = read_some(source.get(), buffer.data(), buffer.size(), file.string())) {
      require_running(stop);
      writer->write({buffer.data(), got});
    }
    ObjectInfo info = writer->commit();
    if (options.consume) ::unlink(file.c_str());
    return info;
  }

  std::unique_ptr<ObjectReader> get(const std::string& key, const GetOptions& options) override {
    return open_reader(key, options);
  }

  ObjectInfo fetch(const std::string& key, const fs::path& target, const GetOptions& options,
                   std::stop_token stop) override {
    const auto reader = open_reader(key, options);
    const bool whole = reader->size() == reader->info().size;
    // The very file that was opened, even if another has taken its key meanwhile.
    const std::string opened = "/proc/self/fd/" + std::to_string(reader->fd());
    if (whole && ::linkat(AT_FDCWD, opened.c_str(), AT_FDCWD, target.c_str(), AT_SYMLINK_FOLLOW) == 0) {
      return reader->info();
    }
    // Another file system, too many links, the object deleted meanwhile, or a target that exists, which is
    // told now.
    UnfinishedFile file(target);
    std::vector<char> buffer(kCopyBytes);
    while (const std::size_t got = reader->read(buffer.data(), buffer.size())) {
      require_running(stop);
      write_all(file.fd(), {buffer.data(), got}, target.string());
    }
    file.finish();
    return reader->info();
  }

  std::optional<ObjectInfo> stat(const std::string& key) override {
    require_key(key);
    const UniqueFd file = folder_.open(key);
    struct stat status = {};
    if (!file || ::fstat(file.get(), &status) != 0) return std::nullopt;
    return object_info(key, status, etag_of(file.get(), status));
  }

  bool remove(const std::string& key) override {
    require_key(key);
    return folder_.remove(key);
  }

  ObjectPage list(const ListQuery& query) override { return list_folder(folder_, query); }

  std::optional<StoreSpace> space() override {
    struct statvfs status = {};
    if (::fstatvfs(folder_.fd(), &status) != 0)
      throw_storage_error(errno, "cannot see the space of the store's disk");
    return StoreSpace{.free_bytes = static_cast<std::uint64_t>(status.f_bavail) * status.f_frsize,
                      .total_bytes = static_cast<std::uint64_t>(status.f_blocks) * status.f_frsize};
  }

  Upload create_upload(const NewUpload& upload) override { return uploads_.create(upload); }
  std::optional<UploadInfo> find_upload(const Upload& upload) override { return uploads_.find(upload); }
  std::unique_ptr<PartWriter> put_part(const Upload& upload, int number, std::uint64_t size) override {
    return uploads_.put_part(upload, number, size);
  }
  std::vector<PartInfo> list_parts(const Upload& upload) override { return uploads_.list_parts(upload); }
  ObjectInfo complete_upload(const Upload& upload, std::span<const Part> parts) override {
    return uploads_.complete(upload, parts);
  }
  bool abort_upload(const Upload& upload) override { return uploads_.abort(upload); }

  std::string presign_get(const std::string&, const PresignGet&) override { throw_no_urls(); }
  std::string presign_part(const Upload&, int, std::chrono::seconds) override { throw_no_urls(); }

  SweepReport sweep(std::chrono::milliseconds uploads_idle_for) override {
    SweepReport report;
    staging::sweep(folder_.staging_fd(), report);
    uploads_.sweep(uploads_idle_for, report);
    return report;
  }

 private:
  [[noreturn]] static void throw_no_urls() {
    throw Error(ErrorCode::invalid_config,
                "a folder has no presigned URLs; the server hands out its files itself");
  }

  std::unique_ptr<FileReader> open_reader(const std::string& key, const GetOptions& options) const {
    require_key(key);
    UniqueFd file = folder_.open(key);
    if (!file) throw_no_object(key);
    return std::make_unique<FileReader>(key, std::move(file), options);
  }

  /// Nothing: it must be copied, as it is on another file system.
  std::optional<ObjectInfo> move_in(const std::string& key, const fs::path& file, int source,
                                    const PutOptions& options) const {
    struct stat theirs = {}, ours = {};
    if (::fstat(source, &theirs) != 0 || ::fstat(folder_.fd(), &ours) != 0 || theirs.st_dev != ours.st_dev)
      return std::nullopt;
    // A file with another name could be changed under that name.
    if (theirs.st_nlink != 1) return std::nullopt;
    const auto size = static_cast<std::uint64_t>(theirs.st_size);
    if (options.size && *options.size != size) {
      throw Error(ErrorCode::invalid_input, file.string() + " has " + std::to_string(size) + " bytes, " +
                                                std::to_string(*options.size) + " were announced");
    }
    ::fchmod(source, 0600);
    return publish_file(folder_, AT_FDCWD, file.string(), source, key, hash_file(source, 0, size),
                        options.if_absent ? Replace::no : Replace::yes);
  }

  StoreFolder folder_;
  FolderUploads uploads_;
};

}  // namespace

std::unique_ptr<ObjectStore> open_folder_store(const fs::path& folder, const Clock& clock) {
  return std::make_unique<FolderStore>(folder, clock);
}

}  // namespace crm
