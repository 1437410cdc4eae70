#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/fd.h"

namespace crm {

/// Bytes that come one after another and only once.
///
/// Threads: one. Errors: invalid_input, in words of the file's name.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  /// Reads at most `size` bytes; 0 is the end.
  virtual std::size_t read(char* into, std::size_t size) = 0;
};

/// A file, pipe or standard input as it is on disk. Counts and hashes what is read.
class RawSource final : public ByteSource {
 public:
  /// `stop` ends a wait for a pipe or terminal that has nothing to give yet, with Error(cancelled).
  RawSource(int fd, std::string name, std::stop_token stop);
  ~RawSource() override;
  std::size_t read(char* into, std::size_t size) override;

  /// Puts `bytes` back, to be read again first; they are not counted or hashed twice. Once, right after they were read.
  void unread(std::string bytes);
  std::uint64_t bytes() const { return bytes_; }
  /// XXH3 of all bytes read so far.
  std::uint64_t hash() const;

 private:
  struct Hash;
  int fd_;
  std::string name_;
  std::stop_token stop_;
  std::unique_ptr<Hash> hash_;
  std::uint64_t bytes_ = 0;
  std::string unread_;
  std::size_t unread_used_ = 0;
};

enum class Compression { none, gzip, zstd };

/// Tells by the first bytes.
Compression detect_compression(std::string_view head);

/// "none", "gzip", "zstd".
const char* compression_name(Compression compression);

/// What `source` holds, decompressed: all gzip members or zstd frames. `source` must outlive it. `name` is for messages.
/// Errors: invalid_input if the data is damaged or ends early.
std::unique_ptr<ByteSource> decompress(ByteSource& source, Compression compression, const std::string& name);

/// Reads until `size` bytes or the end.
std::string read_up_to(ByteSource& source, std::size_t size);

}  // namespace crm
