#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ingest/scan_format.h"
#include "model/profile.h"

namespace crm {

/// Detection looks at so much of the decoded text.
inline constexpr std::size_t kDetectionBytes = 1u << 20;
inline constexpr std::size_t kDetectionRecords = 10'000;
/// At most so many leading lines may be a preamble (`sep=` lines apart).
inline constexpr std::size_t kMaxPreambleLines = 32;

/// The first bytes of an input's text.
struct TextHead {
  std::string_view text;
  bool whole = false;  ///< all of it
};

struct DetectionRequest {
  std::string path;                 ///< for the suffix
  std::optional<char> delimiter;    ///< as given
  std::uint64_t max_record_bytes = 64u << 20;
};

/// What the beginning of a text looks like.
struct DetectedLayout {
  char delimiter = ',';
  Certainty delimiter_certainty;
  bool delimiter_stated = false;      ///< by the option or a `sep=` line
  std::size_t first_record = 0;       ///< offset behind the preamble: of the header, or the data
  std::uint64_t preamble_lines = 0;
  std::size_t usual_fields = 0;       ///< of the records; 0: there are none
};

/// Finds delimiter and preamble (contract, section 2.1: Detection).
DetectedLayout detect_layout(const TextHead& head, const DetectionRequest& request);

/// `";"`, `tab`: a delimiter for people.
std::string delimiter_title(char delimiter);

/// A header (or first record) as read.
struct HeaderRecord {
  enum class State { read, incomplete, none } state = State::none;
  RejectReason problem = RejectReason::none;  ///< of a header that cannot be used
  std::vector<std::string> cells;
  std::size_t next = 0;                       ///< offset of the record behind it
  std::uint64_t lines = 0;
};

/// Reads the record at `offset`; `incomplete`: more text is needed.
HeaderRecord read_header(const TextHead& head, std::size_t offset, const ScanFormat& format);

/// How sure it is that `header` is one, going by how it looks beside the sample.
Certainty header_certainty(const std::vector<std::string>& header,
                           const std::vector<std::vector<std::string>>& sample);

/// Warnings about columns that a spreadsheet has damaged (contract, section 2.2), without text of the data.
std::vector<std::string> damage_warnings(const std::vector<std::string>& header,
                                         const std::vector<std::vector<std::string>>& sample);

}  // namespace crm
