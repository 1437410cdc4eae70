#include "jobs/job_data.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/text.h"
#include "jobs/input_json.h"
#include "jobs/json_object.h"
#include "jobs/older_form.h"
#include "jobs/rules_json.h"
#include "plan/column_names.h"
#include "plan/spec_parse.h"

namespace crm {
namespace {

using nlohmann::ordered_json;

[[noreturn]] void refuse(const std::string& path, std::string_view what) {
  throw Error(ErrorCode::invalid_config, fmt::format("{}: {}", path, what));
}

class NewerForm {
 public:
  explicit NewerForm(const ordered_json& json) : job_(json, "") {}

  JobData read() && {
    const ordered_json* original = job_.find("original");
    if (!original) refuse("original", "is missing; give {\"uri\": …}");
    data_.original = read_input(*original, "original", data_.spec.original, "original");
    data_.spec.original.name = "original";
    data_.spec.original.name_given = false;
    read_enriched();
    if (const ordered_json* rules = job_.find("spec")) {
      std::vector<std::string> names;
      for (const InputRef& input : data_.spec.enriched) names.push_back(input.name);
      read_rules(*rules, "spec", names, data_.spec);
    }
    read_outputs();
    if ((data_.spec.max_rejects = job_.count("max_rejects", INT64_MAX)) && !data_.outputs.rejects) {
      refuse("max_rejects",
             "needs \"rejects\": true among the outputs; without it the first reject ends the merge");
    }
    data_.output_prefix = read_output_prefix(job_, "output_prefix");
    data_.metadata = read_metadata(job_);
    job_.refuse_unknown();
    return std::move(data_);
  }

 private:
  /// Reads one file; `fixed_name` is the original's, whose name is not the producer's to choose.
  JobSource read_input(const ordered_json& value, const std::string& path, InputRef& ref,
                       const std::string& fixed_name) {
    JsonObject input(value, path);
    JobSource source;
    source.uri = input.required_text("uri");
    ref = input_named_after(source.uri);
    if (const auto name = input.text("name")) {
      if (is_white(*name)) refuse(input.path_of("name"), "is empty; leave it out, or give a name");
      if (fixed_name.empty() && *name == "original")
        refuse(input.path_of("name"), "original is the first file's name");
      ref.name = *name;
      ref.name_given = true;
      source.name = *name;
    }
    InputOverrides overrides;
    if (const auto text = input.text("delimiter"))
      overrides.delimiter = read_delimiter(*text, input.path_of("delimiter"));
    overrides.encoding = input.text("encoding");
    if (overrides.encoding && overrides.encoding->empty()) refuse(input.path_of("encoding"), "is empty");
    overrides.has_header = input.flag("has_header");
    ref.sheet = input.text("sheet").value_or("");
    columns_.push_back(input.texts("columns"));
    input.refuse_unknown();
    overrides_.push_back(std::move(overrides));
    return source;
  }

  void read_enriched() {
    job_.each_item("enriched", [&](const ordered_json& value, const std::string& path) {
      if (data_.enriched.size() >= kMaxEnrichedFiles)
        refuse(path, fmt::format("more than {} files", kMaxEnrichedFiles));
      InputRef ref;
      data_.enriched.push_back(read_input(value, path, ref, ""));
      for (const InputRef& other : data_.spec.enriched) {
        if (ref.name_given && other.name_given && other.name == ref.name) {
          refuse(path + ".name", "two enriched files are called " + shown(ref.name) + "; names must differ");
        }
      }
      data_.spec.enriched.push_back(std::move(ref));
    });
    if (data_.enriched.empty())
      refuse("enriched", "is missing; give at least one file to merge into the original");
    make_names_unique(data_.spec.enriched);
    for (std::size_t i = 0; i < overrides_.size(); ++i) {
      const std::string& name = i == 0 ? "original" : data_.spec.enriched[i - 1].name;
      if (columns_[i]) data_.spec.known_columns[name] = *columns_[i];
      const InputOverrides& given = overrides_[i];
      if (given.delimiter || given.encoding || given.has_header) data_.spec.overrides[name] = given;
    }
  }

  void read_outputs() {
    const ordered_json* value = job_.find("outputs");
    if (!value) return;
    JsonObject outputs(*value, "outputs");
    if (const ordered_json* merged = outputs.find("merged")) {
      JsonObject format(*merged, "outputs.merged");
      data_.outputs.merged_format = choice(format, "format", {"csv", "tsv"}, "csv");
      const std::string compression = choice(format, "compression", {"none", "gzip", "zstd"}, "none");
      data_.outputs.merged_compression = compression == "gzip" ? "gz" : compression == "zstd" ? "zst" : "";
      format.refuse_unknown();
    }
    data_.outputs.report = outputs.flag("report").value_or(true);
    data_.outputs.changes = outputs.flag("changes").value_or(false);
    data_.outputs.provenance = outputs.flag("provenance").value_or(false);
    data_.outputs.conflicts = outputs.flag("conflicts").value_or(false);
    data_.outputs.unmatched_enriched = outputs.flag("unmatched_enriched").value_or(false);
    data_.outputs.rejects = outputs.flag("rejects").value_or(false);
    outputs.refuse_unknown();
  }

  static std::string choice(JsonObject& object, std::string_view key, const std::vector<std::string>& words,
                            const std::string& otherwise) {
    const std::string text = object.text(key).value_or(otherwise);
    if (std::find(words.begin(), words.end(), text) == words.end()) {
      refuse(object.path_of(key),
             fmt::format("{} is not known; choose one of: {}", shown(text), fmt::join(words, ", ")));
    }
    return text;
  }

  JsonObject job_;
  JobData data_;
  // Of the original, then of each enriched file.
  std::vector<InputOverrides> overrides_;
  std::vector<std::optional<std::vector<std::string>>> columns_;
};

}  // namespace

char read_delimiter(const std::string& text, const std::string& path) {
  static constexpr std::pair<std::string_view, char> kNames[] = {
      {"comma", ','}, {"tab", '\t'}, {"semicolon", ';'}, {"pipe", '|'}};
  for (const auto& [name, delimiter] : kNames) {
    if (text == name) return delimiter;
  }
  const bool ascii = text.size() == 1 && static_cast<unsigned char>(text[0]) < 0x80;
  if (!ascii || std::string_view("\"\n\r\0", 4).find(text[0]) != std::string_view::npos) {
    refuse(path, shown(text) +
                     " is no delimiter; give one character (not a quote), or comma, tab, semicolon, pipe");
  }
  return text[0];
}

InputRef input_named_after(std::string_view where) {
  std::string text(where.substr(0, where.find_first_of("?#")));
  while (!text.empty() && text.back() == '/') text.pop_back();
  // The slash keeps an = of the name from being read as NAME=PATH.
  InputRef ref = parse_input("/" + text.substr(text.find_last_of('/') + 1));
  ref.path.clear();
  return ref;
}

std::string read_output_prefix(JsonObject& job, std::string_view key) {
  std::string prefix = job.text(key).value_or("");
  if (prefix.empty()) return prefix;
  const std::string path = job.path_of(key);
  if (prefix.size() > kMaxOutputPrefixBytes)
    refuse(path, fmt::format("longer than {} bytes", kMaxOutputPrefixBytes));
  if (prefix.back() != '/') prefix += '/';
  const bool plain = std::none_of(prefix.begin(), prefix.end(),
                                  [](unsigned char c) { return c < 0x20 || c == '\\' || c == 0x7F; });
  const std::string framed = "/" + prefix;
  if (!plain || framed.find("//") != std::string::npos || framed.find("/../") != std::string::npos ||
      framed.find("/./") != std::string::npos) {
    refuse(path, "must be a relative prefix such as results/2024/, without .., // or control characters");
  }
  return prefix;
}

std::string read_metadata(JsonObject& job) {
  const ordered_json* value = job.find("metadata");
  if (!value) return "null";
  std::string text = value->dump();
  if (text.size() > kMaxMetadataBytes) {
    refuse("metadata", fmt::format("{} bytes of JSON; at most {} are kept", text.size(), kMaxMetadataBytes));
  }
  return text;
}

JobData parse_job_data(std::string_view json) {
  JsonLimits limits;
  limits.bytes = kMaxMergeJobBytes;
  const ordered_json value = parse_json("job data", json, limits);
  if (!value.is_object()) refuse("job data", "must be a JSON object");
  return is_older_form(value) ? parse_older_form(value) : NewerForm(value).read();
}

MergeSpec parse_rules(std::string_view json, const std::vector<std::string>& enriched_names) {
  MergeSpec spec;
  read_rules(parse_json("spec", json), "spec", enriched_names, spec);
  return spec;
}

}  // namespace crm
