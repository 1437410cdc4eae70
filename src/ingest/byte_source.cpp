#include "ingest/byte_source.h"

#include <xxhash.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <vector>

#include "base/error.h"
#include "base/fd.h"

namespace crm {
namespace {

constexpr std::size_t kCompressedChunkBytes = 256 * 1024;
constexpr std::chrono::milliseconds kStopPollInterval{100};

[[noreturn]] void throw_damaged(const std::string& name, const char* format, const std::string& what) {
  throw Error(ErrorCode::invalid_input, "cannot read " + name + ": the " + format + " data " + what +
                                            "; get the file again (a broken download?) or unpack it yourself");
}

/// Bytes of `source` in a buffer, as the decompressors want them.
class Feed {
 public:
  explicit Feed(ByteSource& source) : source_(source), buffer_(kCompressedChunkBytes) {}
  /// False at the end.
  bool fill() {
    if (used_ < size_) return true;
    size_ = source_.read(buffer_.data(), buffer_.size());
    used_ = 0;
    return size_ != 0;
  }
  char* data() { return buffer_.data() + used_; }
  std::size_t size() const { return size_ - used_; }
  void use(std::size_t bytes) { used_ += bytes; }

 private:
  ByteSource& source_;
  std::vector<char> buffer_;
  std::size_t used_ = 0, size_ = 0;
};

class GzipSource final : public ByteSource {
 public:
  GzipSource(ByteSource& source, std::string name) : feed_(source), name_(std::move(name)) {
    // 15 + 16: the largest window, a gzip header and nothing else.
    if (inflateInit2(&stream_, 15 + 16) != Z_OK) throw Error(ErrorCode::limit_exceeded, "no memory for gzip");
  }
  ~GzipSource() override { inflateEnd(&stream_); }
  GzipSource(const GzipSource&) = delete;
  GzipSource& operator=(const GzipSource&) = delete;

  std::size_t read(char* into, std::size_t size) override {
    if (finished_) return 0;
    stream_.next_out = reinterpret_cast<Bytef*>(into);
    stream_.avail_out = static_cast<uInt>(std::min<std::size_t>(size, 1u << 30));
    const std::size_t wanted = stream_.avail_out;
    while (stream_.avail_out == wanted) {
      if (between_members_ && !next_member()) return 0;
      if (!feed_.fill()) throw_damaged(name_, "gzip", "ends early");
      stream_.next_in = reinterpret_cast<Bytef*>(feed_.data());
      stream_.avail_in = static_cast<uInt>(feed_.size());
      const int result = inflate(&stream_, Z_NO_FLUSH);
      feed_.use(feed_.size() - stream_.avail_in);
      if (result == Z_STREAM_END) {
        between_members_ = true;
        any_member_ = true;
      } else if (result != Z_OK && result != Z_BUF_ERROR) {
        throw_damaged(name_, "gzip", "is damaged");
      }
    }
    return wanted - stream_.avail_out;
  }

 private:
  // gzip(1) lets NULs stand behind the last member (tapes, blocks); anything else there is damage.
  bool next_member() {
    while (any_member_ && feed_.fill() && *feed_.data() == '\0') feed_.use(1);
    if (any_member_ && !feed_.fill()) {
      finished_ = true;
      return false;
    }
    inflateReset(&stream_);
    between_members_ = false;
    return true;
  }

  Feed feed_;
  std::string name_;
  z_stream stream_ = {};
  bool between_members_ = true, any_member_ = false, finished_ = false;
};

class ZstdSource final : public ByteSource {
 public:
  ZstdSource(ByteSource& source, std::string name)
      : feed_(source), name_(std::move(name)), context_(ZSTD_createDCtx(), &ZSTD_freeDCtx) {
    if (!context_) throw Error(ErrorCode::limit_exceeded, "no memory for zstd");
  }

  std::size_t read(char* into, std::size_t size) override {
    ZSTD_outBuffer out{into, size, 0};
    while (out.pos == 0) {
      if (!feed_.fill()) {
        // Something may still wait inside; at the end of a frame nothing does.
        if (!in_frame_) return 0;
        ZSTD_inBuffer nothing{nullptr, 0, 0};
        decompress(out, nothing);
        if (out.pos == 0 && in_frame_) throw_damaged(name_, "zstd", "ends early");
        continue;
      }
      ZSTD_inBuffer in{feed_.data(), feed_.size(), 0};
      decompress(out, in);
      feed_.use(in.pos);
    }
    return out.pos;
  }

 private:
  void decompress(ZSTD_outBuffer& out, ZSTD_inBuffer& in) {
    const std::size_t result = ZSTD_decompressStream(context_.get(), &out, &in);
    if (ZSTD_isError(result)) {
      throw_damaged(name_, "zstd", std::string("is damaged (") + ZSTD_getErrorName(result) + ")");
    }
    in_frame_ = result != 0;
  }

  Feed feed_;
  std::string name_;
  std::unique_ptr<ZSTD_DCtx, std::size_t (*)(ZSTD_DCtx*)> context_;
  bool in_frame_ = false;
};

}  // namespace

struct RawSource::Hash {
  Hash() : state(XXH3_createState(), &XXH3_freeState) { XXH3_64bits_reset(state.get()); }
  std::unique_ptr<XXH3_state_t, XXH_errorcode (*)(XXH3_state_t*)> state;
};

RawSource::RawSource(int fd, std::string name, std::stop_token stop)
    : fd_(fd), name_(std::move(name)), stop_(std::move(stop)), hash_(std::make_unique<Hash>()) {}
RawSource::~RawSource() = default;

std::size_t RawSource::read(char* into, std::size_t size) {
  if (unread_used_ < unread_.size()) {
    const std::size_t part = std::min(size, unread_.size() - unread_used_);
    std::memcpy(into, unread_.data() + unread_used_, part);
    unread_used_ += part;
    return part;
  }
  // A read of a pipe with nothing in it is heard by no stop token: wait first. Files and closed pipes are ready at once.
  while (!wait_readable(fd_, kStopPollInterval)) {
    if (stop_.stop_requested()) throw Error(ErrorCode::cancelled, "cancelled");
  }
  const std::size_t got = read_some(fd_, into, size, name_);
  XXH3_64bits_update(hash_->state.get(), into, got);
  bytes_ += got;
  return got;
}

void RawSource::unread(std::string bytes) {
  unread_ = std::move(bytes);
  unread_used_ = 0;
}

std::uint64_t RawSource::hash() const { return XXH3_64bits_digest(hash_->state.get()); }

Compression detect_compression(std::string_view head) {
  if (head.starts_with("\x1F\x8B")) return Compression::gzip;
  if (head.starts_with("\x28\xB5\x2F\xFD")) return Compression::zstd;
  // A skippable frame, which some tools put first: 0x184D2A50 to 0x184D2A5F.
  if (head.size() >= 4 && (static_cast<unsigned char>(head[0]) & 0xF0) == 0x50 && head.substr(1, 3) == "\x2A\x4D\x18") {
    return Compression::zstd;
  }
  return Compression::none;
}

const char* compression_name(Compression compression) {
  switch (compression) {
    case Compression::none:
      return "none";
    case Compression::gzip:
      return "gzip";
    case Compression::zstd:
      return "zstd";
  }
  return "none";
}

std::unique_ptr<ByteSource> decompress(ByteSource& source, Compression compression, const std::string& name) {
  if (compression == Compression::zstd) return std::make_unique<ZstdSource>(source, name);
  return std::make_unique<GzipSource>(source, name);
}

std::string read_up_to(ByteSource& source, std::size_t size) {
  std::string bytes(size, '\0');
  std::size_t have = 0;
  while (have < size) {
    const std::size_t got = source.read(bytes.data() + have, size - have);
    if (got == 0) break;
    have += got;
  }
  bytes.resize(have);
  return bytes;
}

}  // namespace crm
