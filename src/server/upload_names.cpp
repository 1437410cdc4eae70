#include "server/upload_names.h"

#include <set>
#include <string>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "plan/spec_parse.h"
#include "server/uploaded_file.h"

namespace crm {
namespace {

using nlohmann::ordered_json;

bool wants_name(const ordered_json& source) {
  return source.is_object() && source.contains("uri") && source["uri"].is_string() && !source.contains("name");
}

/// The uploaded file's name without its suffixes; "": it is no upload.
std::string name_of(ObjectStore& store, const ordered_json& source) {
  const auto key = store.key_of(source["uri"].get<std::string>());
  const auto id = key ? upload_id_of_key(*key) : std::nullopt;
  if (!id) return "";
  try {
    // The slash keeps an = of the name from being read as NAME=PATH.
    return parse_input("/" + load_upload(store, *id).name).name;
  } catch (const Error&) {
    return "";  // the file is gone, or its name is none: who reads the job says so
  }
}

std::string unique(const std::string& name, const std::set<std::string>& taken) {
  if (!taken.contains(name)) return name;
  for (int number = 2;; ++number) {
    std::string numbered = fmt::format("{}_{}", name, number);
    if (!taken.contains(numbered)) return numbered;
  }
}

}  // namespace

void name_uploads(ObjectStore& store, ordered_json& job) {
  if (!job.is_object()) return;
  if (job.contains("original") && wants_name(job["original"])) {
    if (const std::string name = name_of(store, job["original"]); !name.empty()) job["original"]["name"] = name;
  }
  if (!job.contains("enriched") || !job["enriched"].is_array()) return;
  std::set<std::string> taken{"original"};
  for (const ordered_json& source : job["enriched"]) {
    if (source.is_object() && source.contains("name") && source["name"].is_string()) taken.insert(source["name"].get<std::string>());
  }
  for (ordered_json& source : job["enriched"]) {
    if (!wants_name(source)) continue;
    const std::string name = name_of(store, source);
    if (name.empty()) continue;
    source["name"] = unique(name, taken);
    taken.insert(source["name"].get<std::string>());
  }
}

}  // namespace crm
