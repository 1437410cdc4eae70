#include "http/gzip_source.h"

#include <zlib.h>

#include "base/error.h"

namespace crm {
namespace {

/// Owns a deflate stream. Level 1: the text of tables shrinks nearly as well, four times as fast.
class Deflater {
 public:
  Deflater() {
    constexpr int kGzipWindow = 15 + 16, kMemoryLevel = 8;
    if (deflateInit2(&stream_, Z_BEST_SPEED, Z_DEFLATED, kGzipWindow, kMemoryLevel, Z_DEFAULT_STRATEGY) !=
        Z_OK) {
      throw Error(ErrorCode::limit_exceeded, "no memory to compress a download");
    }
  }
  ~Deflater() { deflateEnd(&stream_); }
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;

  z_stream* operator->() { return &stream_; }

  /// Fills `into`; returns the bytes written. `finish`: no more input comes.
  std::size_t deflate_into(char* into, std::size_t size, bool finish) {
    stream_.next_out = reinterpret_cast<Bytef*>(into);
    stream_.avail_out = static_cast<uInt>(size);
    const int result = deflate(&stream_, finish ? Z_FINISH : Z_NO_FLUSH);
    ended_ = result == Z_STREAM_END;
    return size - stream_.avail_out;
  }
  bool ended() const { return ended_; }

 private:
  z_stream stream_{};
  bool ended_ = false;
};

class GzipSource final : public BodySource {
 public:
  explicit GzipSource(std::unique_ptr<BodySource> source) : source_(std::move(source)) {}

  std::optional<std::uint64_t> size() const override { return std::nullopt; }

  std::size_t read(char* into, std::size_t size) override {
    std::size_t made = 0;
    while (made == 0 && !deflater_.ended()) {
      if (deflater_->avail_in == 0 && !source_ended_) {
        const std::size_t got = source_->read(input_.get(), kInputBytes);
        source_ended_ = got == 0;
        deflater_->next_in = reinterpret_cast<Bytef*>(input_.get());
        deflater_->avail_in = static_cast<uInt>(got);
      }
      made = deflater_.deflate_into(into, size, source_ended_);
    }
    return made;
  }

 private:
  static constexpr std::size_t kInputBytes = 256u << 10;
  std::unique_ptr<BodySource> source_;
  std::unique_ptr<char[]> input_ = std::make_unique<char[]>(kInputBytes);
  Deflater deflater_;
  bool source_ended_ = false;
};

class TextSource final : public BodySource {
 public:
  explicit TextSource(std::string_view text) : text_(text) {}
  std::optional<std::uint64_t> size() const override { return text_.size(); }
  std::size_t read(char* into, std::size_t size) override {
    const std::size_t got = text_.copy(into, size);
    text_.remove_prefix(got);
    return got;
  }

 private:
  std::string_view text_;
};

}  // namespace

std::unique_ptr<BodySource> make_gzip_source(std::unique_ptr<BodySource> source) {
  return std::make_unique<GzipSource>(std::move(source));
}

std::string gzipped(std::string_view text) {
  GzipSource source(std::make_unique<TextSource>(text));
  constexpr std::size_t kPieceBytes = 16u << 10;
  std::string result, piece(kPieceBytes, '\0');
  while (const std::size_t got = source.read(piece.data(), piece.size())) result.append(piece, 0, got);
  return result;
}

}  // namespace crm
