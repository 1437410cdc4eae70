#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/fd.h"
#include "base/temp_space.h"
#include "ingest/byte_source.h"
#include "ingest/input.h"

namespace crm {

/// An input whose bytes can be read: a file or standard input, unpacked if it is compressed.
struct OpenedSource {
  std::string name;       ///< for messages
  InputProfile profile;   ///< its part that is known without understanding the bytes
  UniqueFd fd;
  std::unique_ptr<RawSource> raw;
  std::unique_ptr<ByteSource> decompressed;  ///< of `raw`, if it is compressed
  std::string head;       ///< the first bytes, kEncodingSampleBytes of them or all; `bytes()` goes on behind it
  bool in_place = false;  ///< `fd` is a plain file, not compressed, that can be read anywhere

  ByteSource& bytes() { return decompressed ? *decompressed : *raw; }
  bool head_is_whole() const;
};

/// Opens `ref`. Errors: not_found, invalid_input (unreadable, a folder, damaged).
OpenedSource open_source(const InputRef& ref, const OpenOptions& options);

/// Errors: invalid_input "cannot read NAME: it WHAT".
[[noreturn]] void throw_unreadable(const std::string& name, const std::string& what);

/// A source's bytes where they can be read in any order: the file itself, or a copy in an unlinked one.
struct SeekableSource {
  UniqueFd fd;
  std::unique_ptr<SpillFile> copy;
  std::uint64_t hash = 0;   ///< XXH3 of the file as it is on disk
};

/// Reads `source` to its end, for its hash, and copies it where it must. Errors: invalid_input, limit_exceeded, cancelled.
SeekableSource make_seekable(OpenedSource& source, const OpenOptions& options);

}  // namespace crm
