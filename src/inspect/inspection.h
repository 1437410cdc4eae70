#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "inspect/file_relations.h"
#include "inspect/inspect_file.h"
#include "model/profile.h"

namespace crm {

/// One file that was to be looked at.
struct InspectedFile {
  std::string name;                      ///< as merge would call it: "original", or the file's name
  std::string path;
  std::optional<InputProfile> profile;   ///< nothing: it cannot be read, `problem` says why
  FileFindings findings;
  std::string problem;
};

/// Distinct keys of one identifier in one file.
struct KeyFindings {
  std::uint64_t keys = 0;
  bool keys_are_exact = true;
  std::uint64_t in_first = 0;            ///< of them, keys that the first file has too
  bool in_first_is_exact = true;
};

/// Everything that `crm-merge inspect` tells.
struct Inspection {
  std::vector<InspectedFile> files;
  /// How the files that can be read relate to the first; nothing if that is fewer than two, or the first cannot be read.
  std::optional<FileRelations> relations;
  std::vector<std::size_t> related;            ///< indices into `files`, the first is 0
  /// Per identifier of `relations`, per related file.
  std::vector<std::vector<KeyFindings>> keys;
};

/// The inspection as JSON, indented. The shape is described in docs/inspect.md.
std::string inspection_json(const Inspection& inspection);

/// "rule", "name", "synonym", "new", "left out".
std::string_view map_reason_name(MapReason reason);

}  // namespace crm
