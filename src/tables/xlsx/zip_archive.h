#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "base/fd.h"

namespace crm {

/// A part of a workbook may have so many bytes unpacked, and beyond the first kUnsuspectedBytes no more than
/// kMaxExpansion times its packed size: what grows more is made to fill a disk (real sheets grow ten- to fiftyfold).
inline constexpr std::uint64_t kMaxPartBytes = std::uint64_t{64} << 30;
inline constexpr std::uint64_t kUnsuspectedBytes = 64u << 20;
inline constexpr std::uint64_t kMaxExpansion = 500;

/// The parts of a ZIP archive, by name; letter case does not count.
///
/// Threads: one. Errors: invalid_input, in words of the file's name.
class ZipArchive {
 public:
  /// Takes `fd`, a file that can be read anywhere.
  ZipArchive(UniqueFd fd, std::string name);
  ~ZipArchive();
  ZipArchive(const ZipArchive&) = delete;
  ZipArchive& operator=(const ZipArchive&) = delete;

  bool has(const std::string& part) const;

  /// A part's bytes, unpacked, one after another. Errors: invalid_input if it is damaged, encrypted or grows too much.
  class Part {
   public:
    ~Part();
    /// At most `size` bytes; 0 is the end, where the checksum was right.
    std::size_t read(char* into, std::size_t size);

   private:
    friend class ZipArchive;
    struct Impl;
    explicit Part(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
  };
  /// Errors: invalid_input if it is not there.
  std::unique_ptr<Part> open(const std::string& part) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace crm
