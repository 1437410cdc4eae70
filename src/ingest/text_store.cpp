#include "ingest/text_store.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <utility>
#include <vector>

#include "base/error.h"

namespace crm {
namespace {

constexpr std::size_t kSpoolChunkBytes = 1u << 20;

struct FileState {
  std::uint64_t size = 0;
  std::int64_t seconds = 0, nanoseconds = 0;  // of the last modification
  bool operator==(const FileState&) const = default;
};

FileState state_of(int fd, const std::string& name) {
  struct stat status = {};
  if (::fstat(fd, &status) != 0) {
    throw Error(ErrorCode::invalid_input, "cannot read " + name + ": " + system_text(errno));
  }
  return {static_cast<std::uint64_t>(status.st_size), status.st_mtim.tv_sec, status.st_mtim.tv_nsec};
}

class TextInPlace final : public TextStore {
 public:
  TextInPlace(UniqueFd fd, std::string name)
      : fd_(std::move(fd)), name_(std::move(name)), state_(state_of(fd_.get(), name_)) {}

  std::uint64_t size() const override { return state_.size; }

  void read_at(std::uint64_t offset, char* into, std::size_t size) const override {
    if (crm::read_at(fd_.get(), offset, into, size, name_) != size) throw_changed();
  }

  void check_unchanged() const override {
    if (state_of(fd_.get(), name_) != state_) throw_changed();
  }

 private:
  [[noreturn]] void throw_changed() const {
    throw Error(ErrorCode::invalid_input,
                fmt::format("{} was changed while it was being read; run again when nothing writes to it", name_),
                fmt::format("it had {} bytes when it was opened and has {} now", state_.size,
                            state_of(fd_.get(), name_).size));
  }

  UniqueFd fd_;
  std::string name_;
  FileState state_;
};

class SpooledText final : public TextStore {
 public:
  SpooledText(std::unique_ptr<SpillFile> file, std::uint64_t hash) : file_(std::move(file)), hash_(hash) {}
  std::uint64_t size() const override { return file_->size(); }
  void read_at(std::uint64_t offset, char* into, std::size_t size) const override { file_->read_at(offset, into, size); }
  std::optional<std::uint64_t> file_hash() const override { return hash_; }

 private:
  std::unique_ptr<SpillFile> file_;
  std::uint64_t hash_;
};

}  // namespace

std::unique_ptr<TextStore> text_in_place(UniqueFd fd, const std::string& name) {
  return std::make_unique<TextInPlace>(std::move(fd), name);
}

std::unique_ptr<TextStore> spilled_text(std::unique_ptr<SpillFile> file, std::uint64_t hash) {
  return std::make_unique<SpooledText>(std::move(file), hash);
}

std::unique_ptr<TextStore> spool_text(SpoolRequest request) {
  if (request.temp == nullptr) throw Error(ErrorCode::internal, request.name + " needs a temporary folder");
  std::unique_ptr<SpillFile> file = request.temp->create_spill();
  const std::unique_ptr<Transcoder> transcoder = make_transcoder(request.encoding.name);
  std::string text;
  const auto keep = [&](std::string_view bytes, bool last) {
    if (!transcoder) {
      file->append(bytes);
      return;
    }
    text.clear();
    transcoder->append(bytes, last, text);
    file->append(text);
  };
  keep(std::string_view(request.head).substr(std::min(request.encoding.bom_bytes, request.head.size())), false);
  std::vector<char> chunk(kSpoolChunkBytes);
  while (const std::size_t got = request.bytes->read(chunk.data(), chunk.size())) {
    if (request.stop.stop_requested()) throw Error(ErrorCode::cancelled, "cancelled");
    keep(std::string_view(chunk.data(), got), false);
  }
  keep({}, true);
  return spilled_text(std::move(file), request.raw->hash());
}

}  // namespace crm
