#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "model/profile.h"

namespace crm {

/// Detection looks at so much of a file.
inline constexpr std::size_t kEncodingSampleBytes = 1u << 20;

struct EncodingFinding {
  std::string name;           ///< as InputProfile::encoding
  std::size_t bom_bytes = 0;  ///< to be left out at the start
  Certainty certainty;
};

/// The encoding of a file that begins with `head`: as `given` by the user; else by a BOM; else UTF-16 (or UTF-32) by its
/// NULs; else UTF-8 if `head` is valid; else Windows-1252. `whole`: head is all of it.
/// Errors: invalid_config if `given` is no encoding.
EncodingFinding detect_encoding(std::string_view head, bool whole, const std::optional<std::string>& given);

/// Turns bytes of one encoding into UTF-8, part by part; undecodable ones become `append_undecodable`.
class Transcoder {
 public:
  virtual ~Transcoder() = default;
  /// Appends what `bytes` mean. `last`: nothing follows.
  virtual void append(std::string_view bytes, bool last, std::string& text) = 0;
};

/// Null for "utf-8", which stays as it is.
std::unique_ptr<Transcoder> make_transcoder(const std::string& encoding);

}  // namespace crm
