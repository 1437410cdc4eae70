#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "base/fd.h"
#include "base/temp_space.h"
#include "ingest/byte_source.h"
#include "ingest/encoding.h"

namespace crm {

/// The decoded text of one input, to be read anywhere and again.
///
/// Threads: read_at from any.
class TextStore {
 public:
  virtual ~TextStore() = default;
  virtual std::uint64_t size() const = 0;
  /// Reads exactly `size` bytes. Errors: invalid_input.
  virtual void read_at(std::uint64_t offset, char* into, std::size_t size) const = 0;
  /// Errors: invalid_input if the file is no longer the one that was opened.
  virtual void check_unchanged() const {}
  /// XXH3 of the file as it is on disk; nothing where the text is the file itself, so that reading it tells.
  virtual std::optional<std::uint64_t> file_hash() const { return std::nullopt; }
};

/// A plain UTF-8 file, read in place (never mapped: mapped pages count as memory, and a file that shrinks would kill us).
std::unique_ptr<TextStore> text_in_place(UniqueFd fd, const std::string& name);

/// Text that was written to an unlinked file; `hash` is that of the file that it came from.
std::unique_ptr<TextStore> spilled_text(std::unique_ptr<SpillFile> file, std::uint64_t hash);

/// What is to be decoded into a temporary file.
struct SpoolRequest {
  RawSource* raw = nullptr;         ///< hashed to its end
  ByteSource* bytes = nullptr;      ///< `raw` itself, or what decompresses it; behind `head`
  std::string head;                 ///< was read from `bytes` already
  EncodingFinding encoding;
  TempSpace* temp = nullptr;
  std::string name;                 ///< for messages
  std::stop_token stop;
};

/// Decodes everything into an unlinked file. Errors: invalid_input, limit_exceeded (disk full), cancelled.
std::unique_ptr<TextStore> spool_text(SpoolRequest request);

}  // namespace crm
