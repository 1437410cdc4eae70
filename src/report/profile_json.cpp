#include "report/profile_json.h"

#include <cmath>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "model/rule_names.h"

namespace crm {
namespace {

using nlohmann::ordered_json;

ordered_json certainty_json(ordered_json value, const Certainty& certainty) {
  return {{"value", std::move(value)},
          {"certainty", rounded(certainty.share)},
          {"given", certainty.given},
          {"reason", certainty.reason}};
}

}  // namespace

double rounded(double share) { return std::round(share * 1e6) / 1e6; }

void add_detection(const InputProfile& profile, ordered_json& json) {
  json["format"] = format_name(profile.format);
  if (profile.format == FileFormat::xlsx) json["sheet"] = profile.sheet;
  json["compression"] = profile.compression;
  json["encoding"] = certainty_json(profile.encoding, profile.encoding_certainty);
  json["bom"] = profile.has_bom;
  if (profile.format == FileFormat::csv) {
    json["delimiter"] = certainty_json(std::string(1, profile.dialect.delimiter), profile.delimiter_certainty);
  }
  json["header"] = certainty_json(profile.dialect.has_header, profile.header_certainty);
  json["preamble_lines"] = profile.preamble_lines;
}

}  // namespace crm
