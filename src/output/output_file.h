#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

namespace crm {

enum class OutputCompression { none, gzip, zstd };

/// A file that appears whole or not at all: written beside its place without a name where the file system can
/// (O_TMPFILE), else under a temporary one that is locked by its owner; `publish` syncs it and renames it into place.
/// Destroyed without `publish`, it leaves the earlier file as it was and nothing else.
///
/// A symbolic link is followed; a device, a FIFO and `/dev/fd/N` are written where they are, at once.
/// Errors: Error(denied) when it may not be written there, Error(invalid_config) when it is a folder or its folder is not
/// there, Error(limit_exceeded) when the disk is full,
/// Error(output_closed) when the reader of standard output went away.
/// Threads: `append` from one thread at a time.
class OutputFile {
 public:
  virtual ~OutputFile() = default;
  virtual void append(std::string_view bytes) = 0;
  /// True if ranges may be written at once by several threads: plain, uncompressed files.
  virtual bool positioned() const { return false; }
  /// Reserves the next `size` bytes and returns their offset (positioned files only; one thread at a time).
  virtual std::uint64_t reserve(std::uint64_t size);
  /// Writes into a reserved range. Any thread.
  virtual void write_at(std::uint64_t offset, std::string_view bytes);
  /// Finishes what can fail for want of memory or disk (compression, another format), so that `publish` only has to make
  /// the file appear. Nothing may be appended after it. `publish` does it if it was not done.
  virtual void complete() {}
  /// Completes the file, syncs the bytes and makes the file appear. At most once.
  virtual void publish() = 0;
  virtual const std::string& path() const = 0;

 protected:
  [[noreturn]] void throw_not_positioned() const;
};

/// Opens the output at `path` ("-": standard output); `.gz` and `.zst` compress (fixed times and blocks: the same input
/// gives the same bytes). A FIFO is waited for until it has a reader. Errors: cancelled, if the stop is asked for meanwhile.
std::unique_ptr<OutputFile> create_output(const std::string& path, const std::stop_token& stop = {});

}  // namespace crm
