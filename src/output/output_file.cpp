#include "output/output_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <chrono>
#include <filesystem>
#include <limits>
#include <optional>
#include <thread>
#include <utility>

#include "base/error.h"
#include "base/fd.h"
#include "output/compressor.h"
#include "output/staged_file.h"
#include "output/writeback.h"

namespace crm {
namespace {

constexpr std::size_t kBufferBytes = std::size_t{256} << 10;
constexpr int kMaxLinks = 40;
constexpr std::chrono::milliseconds kReaderPollInterval{50};

/// Where the bytes of one output go.
struct Place {
  std::unique_ptr<StagedFile> staged;  ///< a file that is to appear; null: written where it is
  UniqueFd direct;                     ///< standard output, a device, a FIFO
  std::string shown;                   ///< for messages

  int fd() const { return staged ? staged->fd() : direct.get(); }
};

/// The descriptor that paths such as `/dev/stdout` and `/dev/fd/3` name.
std::optional<int> named_descriptor(const std::string& path) {
  if (path == "-" || path == "/dev/stdout") return STDOUT_FILENO;
  if (path == "/dev/stderr") return STDERR_FILENO;
  for (const std::string_view folder : {"/dev/fd/", "/proc/self/fd/"}) {
    if (!path.starts_with(folder)) continue;
    int number = 0;
    const char* const end = path.data() + path.size();
    const auto [rest, error] = std::from_chars(path.data() + folder.size(), end, number);
    if (error == std::errc() && rest == end) return number;
  }
  return std::nullopt;
}

UniqueFd duplicate(int fd, const std::string& shown) {
  UniqueFd copy(::fcntl(fd, F_DUPFD_CLOEXEC, 0));
  if (!copy) throw Error(ErrorCode::denied, "cannot write " + shown + ": " + system_text(errno));
  return copy;
}

/// The file that `path` means: where a symbolic link points, it need not exist.
std::string follow_links(std::string path) {
  std::error_code error;
  for (int links = 0; std::filesystem::is_symlink(std::filesystem::symlink_status(path, error)); ++links) {
    if (links == kMaxLinks) {
      throw Error(ErrorCode::invalid_config, "cannot write " + path + ": too many symbolic links");
    }
    const std::filesystem::path next = std::filesystem::read_symlink(path, error);
    if (error) throw Error(ErrorCode::denied, "cannot write " + path + ": " + error.message());
    path = (std::filesystem::path(path).parent_path() / next).string();  // an absolute `next` replaces all
  }
  return path;
}

/// Opens a device or a FIFO; a FIFO without a reader is waited for. Returns -1 with errno. Errors: cancelled.
int open_special(const std::string& path, bool fifo, const std::stop_token& stop) {
  for (;;) {
    const int fd = ::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd >= 0) {
      const int flags = ::fcntl(fd, F_GETFL);
      if (flags >= 0) ::fcntl(fd, F_SETFL, flags & ~O_NONBLOCK);
      return fd;
    }
    if (errno != EINTR && !(errno == ENXIO && fifo)) return -1;
    if (stop.stop_requested()) throw Error(ErrorCode::cancelled, "cancelled");
    std::this_thread::sleep_for(kReaderPollInterval);
  }
}

Place open_place(const std::string& path, const std::stop_token& stop) {
  Place place;
  place.shown = path == "-" ? "standard output" : path;
  if (const std::optional<int> descriptor = named_descriptor(path)) {
    place.direct = duplicate(*descriptor, place.shown);
    return place;
  }
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode)) {
    place.direct.reset(open_special(path, S_ISFIFO(status.st_mode), stop));
    if (!place.direct) throw Error(ErrorCode::denied, "cannot write " + path + ": " + system_text(errno));
    return place;
  }
  if (S_ISDIR(status.st_mode)) {
    throw Error(ErrorCode::invalid_config, "cannot write " + path + ": it is a folder; name a file in it");
  }
  place.staged = std::make_unique<StagedFile>(follow_links(path));
  return place;
}

class FileOutput final : public OutputFile {
 public:
  FileOutput(std::string path, Place place, std::unique_ptr<Compressor> compressor)
      : path_(std::move(path)), place_(std::move(place)), compressor_(std::move(compressor)) {}

  void append(std::string_view bytes) override {
    if (compressor_) {
      compressor_->compress(bytes, buffer_);
      if (buffer_.size() >= kBufferBytes) flush();
      return;
    }
    if (buffer_.size() + bytes.size() > kBufferBytes) flush();
    if (bytes.size() >= kBufferBytes) {
      put(bytes);
    } else {
      buffer_.append(bytes);
    }
  }

  bool positioned() const override { return place_.staged && !compressor_; }

  std::uint64_t reserve(std::uint64_t size) override {
    require_positioned();
    flush();
    const std::uint64_t offset = end_;
    end_ += size;
    writeback_.grown_to(end_);
    return offset;
  }

  void write_at(std::uint64_t offset, std::string_view bytes) override {
    require_positioned();
    write_all_at(place_.fd(), offset, bytes, place_.shown);
  }

  void complete() override {
    if (std::exchange(completed_, true)) return;
    if (compressor_) compressor_->finish(buffer_);
    flush();
  }

  void publish() override {
    if (std::exchange(published_, true)) throw Error(ErrorCode::internal, path_ + " was published twice");
    complete();
    writeback_.stop();
    if (place_.staged) place_.staged->publish();
  }

  const std::string& path() const override { return path_; }

 private:
  void require_positioned() const {
    if (!positioned()) throw_not_positioned();
  }

  void flush() {
    if (buffer_.empty()) return;
    put(buffer_);
    buffer_.clear();
  }

  void put(std::string_view bytes) {
    if (!place_.staged) return write_all(place_.fd(), bytes, place_.shown);
    write_all_at(place_.fd(), end_, bytes, place_.shown);
    end_ += bytes.size();
    writeback_.grown_to(end_);
  }

  std::string path_;
  Place place_;
  std::unique_ptr<Compressor> compressor_;
  std::string buffer_;
  std::uint64_t end_ = 0;
  Writeback writeback_{place_.fd()};  ///< stops before `place_` closes the file
  bool completed_ = false, published_ = false;
};

}  // namespace

std::uint64_t OutputFile::reserve(std::uint64_t) { throw_not_positioned(); }

void OutputFile::write_at(std::uint64_t, std::string_view) { throw_not_positioned(); }

void OutputFile::throw_not_positioned() const {
  throw Error(ErrorCode::internal, path() + " cannot be written in ranges");
}

std::unique_ptr<OutputFile> create_output(const std::string& path, const std::stop_token& stop) {
  if (path.empty()) throw Error(ErrorCode::invalid_config, "an output has no name");
  Place place = open_place(path, stop);
  return std::make_unique<FileOutput>(path, std::move(place), make_compressor(compression_of(path)));
}

}  // namespace crm
