#include "output/compressor.h"

#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <cstddef>
#include <vector>

#include "base/error.h"

namespace crm {
namespace {

constexpr std::size_t kBlockBytes = std::size_t{1} << 20;
constexpr int kGzipLevel = 6, kZstdLevel = 3;

class GzipCompressor final : public Compressor {
 public:
  GzipCompressor() : buffer_(std::size_t{256} << 10) {
    constexpr int kGzipWindow = 15 + 16, kMemoryLevel = 8;
    if (deflateInit2(&stream_, kGzipLevel, Z_DEFLATED, kGzipWindow, kMemoryLevel, Z_DEFAULT_STRATEGY) != Z_OK) {
      throw Error(ErrorCode::limit_exceeded, "no memory left to compress an output");
    }
    header_.os = 255;  // unknown, so that every system writes the same bytes; time and name stay empty
    deflateSetHeader(&stream_, &header_);
  }
  ~GzipCompressor() override { deflateEnd(&stream_); }

 private:
  void compress_block(std::string_view block, bool last, std::string& out) override {
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(block.data()));  // zlib only reads it
    stream_.avail_in = static_cast<uInt>(block.size());
    do {
      stream_.next_out = buffer_.data();
      stream_.avail_out = static_cast<uInt>(buffer_.size());
      if (deflate(&stream_, last ? Z_FINISH : Z_NO_FLUSH) == Z_STREAM_ERROR) {
        throw Error(ErrorCode::internal, "zlib refused to compress an output");
      }
      out.append(reinterpret_cast<const char*>(buffer_.data()), buffer_.size() - stream_.avail_out);
    } while (stream_.avail_out == 0);
  }

  z_stream stream_{};
  gz_header header_{};
  std::vector<Bytef> buffer_;
};

class ZstdCompressor final : public Compressor {
 public:
  ZstdCompressor() : context_(ZSTD_createCCtx()), buffer_(ZSTD_CStreamOutSize()) {
    if (!context_) throw Error(ErrorCode::limit_exceeded, "no memory left to compress an output");
    ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_compressionLevel, kZstdLevel);
    ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_checksumFlag, 1);
  }

 private:
  struct Free {
    void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
  };

  void compress_block(std::string_view block, bool last, std::string& out) override {
    ZSTD_inBuffer in{block.data(), block.size(), 0};
    const ZSTD_EndDirective directive = last ? ZSTD_e_end : ZSTD_e_continue;
    std::size_t left = 0;
    do {
      ZSTD_outBuffer made{buffer_.data(), buffer_.size(), 0};
      left = ZSTD_compressStream2(context_.get(), &made, &in, directive);
      if (ZSTD_isError(left)) {
        throw Error(ErrorCode::internal, "zstd failed to compress an output", ZSTD_getErrorName(left));
      }
      out.append(buffer_.data(), made.pos);
    } while (last ? left != 0 : in.pos < in.size);
  }

  std::unique_ptr<ZSTD_CCtx, Free> context_;
  std::vector<char> buffer_;
};

bool ends_with_ignoring_case(std::string_view text, std::string_view suffix) {
  if (text.size() < suffix.size()) return false;
  text.remove_prefix(text.size() - suffix.size());
  return std::equal(text.begin(), text.end(), suffix.begin(),
                    [](char a, char b) { return (a >= 'A' && a <= 'Z' ? static_cast<char>(a | 0x20) : a) == b; });
}

}  // namespace

void Compressor::compress(std::string_view bytes, std::string& out) {
  while (!bytes.empty()) {
    const std::string_view part = bytes.substr(0, kBlockBytes - block_.size());
    bytes.remove_prefix(part.size());
    if (block_.empty() && part.size() == kBlockBytes) {
      compress_block(part, false, out);
      continue;
    }
    block_.append(part);
    if (block_.size() == kBlockBytes) {
      compress_block(block_, false, out);
      block_.clear();
    }
  }
}

void Compressor::finish(std::string& out) {
  compress_block(block_, true, out);
  block_.clear();
}

std::unique_ptr<Compressor> make_compressor(OutputCompression compression) {
  switch (compression) {
    case OutputCompression::none: return nullptr;
    case OutputCompression::gzip: return std::make_unique<GzipCompressor>();
    case OutputCompression::zstd: return std::make_unique<ZstdCompressor>();
  }
  return nullptr;
}

OutputCompression compression_of(std::string_view path) {
  if (ends_with_ignoring_case(path, ".gz")) return OutputCompression::gzip;
  if (ends_with_ignoring_case(path, ".zst")) return OutputCompression::zstd;
  return OutputCompression::none;
}

}  // namespace crm
