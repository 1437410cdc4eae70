#pragma once

#include <string>
#include <utility>
#include <vector>

#include "model/spec.h"

namespace crm {

/// What a written spec says beside the rules.
struct SpecFacts {
  std::string schema;   ///< where editors find the JSON Schema
  std::string path;     ///< the file that the text is for: relative paths in it are from there. Empty: paths as they are
  std::string version;  ///< of the program
  /// Keys of how it runs, as text: engine, memory-limit, threads… Those that were given.
  std::vector<std::pair<std::string, std::string>> running;
};

/// `spec` as the text of a spec file, which parse_spec reads back. Keys in the order of spec_keys(); the same spec gives
/// the same text. `weaker` is not written: give a resolved_spec.
///
/// Errors: invalid_config if a path is not UTF-8, which YAML cannot hold.
std::string spec_yaml(const MergeSpec& spec, const SpecFacts& facts);

/// `text` as a scalar of YAML that every parser takes for this text: without quotes where that is beyond doubt.
std::string yaml_scalar(const std::string& text);

}  // namespace crm
