#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace crm {

/// An unlinked file for bytes that did not fit in memory: gone on any exit, kill -9 included.
///
/// Threads: `append` from one thread at a time; `read_at` from any.
class SpillFile {
 public:
  virtual ~SpillFile() = default;
  /// Returns the offset where `bytes` went. Errors: limit_exceeded when the disk is full.
  virtual std::uint64_t append(std::string_view bytes) = 0;
  virtual void read_at(std::uint64_t offset, char* into, std::size_t size) const = 0;
  virtual std::uint64_t size() const = 0;
  virtual int fd() const = 0;
};

/// The folder for temporary files of one run: unlinked spill files, and for what needs names (DuckDB) a sub-folder that
/// is locked by its owner, removed at the end, and removed by the next run if its owner died.
class TempSpace {
 public:
  /// Removes what dead owners left there. Errors: invalid_config if `folder` is not a writable folder.
  explicit TempSpace(std::filesystem::path folder);
  ~TempSpace();
  TempSpace(const TempSpace&) = delete;
  TempSpace& operator=(const TempSpace&) = delete;

  std::unique_ptr<SpillFile> create_spill();
  /// A locked folder of this run's own, made at the first call.
  const std::filesystem::path& named_folder();
  /// Bytes free on its file system for this user.
  std::uint64_t free_bytes() const;
  const std::filesystem::path& folder() const;
  /// Bytes appended to spill files so far, all together.
  std::uint64_t spilled_bytes() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace crm
