#include "jobs/older_form.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "jobs/input_json.h"
#include "jobs/json_object.h"
#include "jobs/rules_json.h"
#include "model/rule_names.h"
#include "plan/column_names.h"
#include "plan/spec_parse.h"

namespace crm {
namespace {

using nlohmann::ordered_json;

[[noreturn]] void refuse(const std::string& path, std::string_view what) {
  throw Error(ErrorCode::invalid_config, fmt::format("{}: {}", path, what));
}

class OlderForm {
 public:
  explicit OlderForm(const ordered_json& json) : json_(json, "") { data_.older_form = true; }

  JobData read() && {
    read_files();
    read_identifiers();
    read_resolution();
    read_mappings();
    read_columns();
    data_.output_prefix = read_output_prefix(json_, "outputPrefix");
    data_.metadata = read_metadata(json_);
    warn_of_unknown(json_);
    return std::move(data_);
  }

 private:
  void warn_of_unknown(const JsonObject& object) {
    for (const std::string& key : object.unknown_keys()) {
      data_.warnings.push_back(fmt::format("{}: is not known and was ignored", object.path_of(key)));
    }
  }

  /// Reads one file; `id` gets what mappings call it.
  InputRef read_file(const ordered_json& value, const std::string& path, JobSource& source, std::string& id) {
    JsonObject file(value, path);
    source.key = file.text("s3Key").value_or("");
    source.uri = file.text("s3Url").value_or("");
    if (!source.key.empty()) source.uri.clear();
    if (source.key.empty() && source.uri.empty()) refuse(path, "s3Key or s3Url is missing");
    id = file.text("id").value_or("");
    auto name = file.text("name");
    if (!name) name = file.text("fileName");
    warn_of_unknown(file);
    return input_named_after(name.value_or(source.key.empty() ? source.uri : source.key));
  }

  void read_files() {
    const ordered_json* original = json_.find("originalFile");
    if (!original) refuse("originalFile", "is missing");
    std::string ignored;
    read_file(*original, "originalFile", data_.original, ignored);
    json_.each_item("enrichedFiles", [&](const ordered_json& value, const std::string& path) {
      if (data_.enriched.size() >= kMaxEnrichedFiles)
        refuse(path, fmt::format("more than {} files", kMaxEnrichedFiles));
      JobSource source;
      std::string id;
      data_.spec.enriched.push_back(read_file(value, path, source, id));
      data_.enriched.push_back(std::move(source));
      if (!id.empty()) rank_of_id_[id] = data_.enriched.size();
    });
    if (data_.enriched.empty()) refuse("enrichedFiles", "is missing; name at least one file");
    data_.spec.original.name = "original";
    make_names_unique(data_.spec.enriched);
  }

  void read_identifiers() {
    for (const std::string& text : json_.texts("selectedIdentifiers").value_or(std::vector<std::string>{})) {
      if (kind_of_name(text)) {
        data_.spec.on.push_back(read_identifier(text, "selectedIdentifiers"));
        continue;
      }
      OnItem item;
      item.columns = {text};
      item.text = text;
      data_.spec.on.push_back(std::move(item));
      data_.warnings.push_back(
          fmt::format("selectedIdentifiers: {} is no kind of identifier; taken as a column compared exactly",
                      shown(text)));
    }
  }

  void read_resolution() {
    const ordered_json* value = json_.find("resolutionConfig");
    if (!value) return;
    JsonObject config(*value, "resolutionConfig");
    if (const auto text = config.text("defaultStrategy")) {
      if (const auto policy = policy_of_name(*text))
        data_.spec.on_conflict = *policy;
      else
        data_.spec.strategy = parse_strategy("resolutionConfig.defaultStrategy", *text);
    }
    config.each_member("columnStrategies",
                       [&](const std::string& column, const ordered_json& rule, const std::string& path) {
                         const std::string text = json_text(rule, path);
                         if (const auto policy = policy_of_name(text))
                           data_.spec.on_conflict_for.emplace_back(column, *policy);
                         else
                           data_.spec.strategy_for.emplace_back(column, parse_strategy(path, text));
                       });
    if (const auto suffix = config.text("alternateFieldSuffix"); suffix && !suffix->empty()) {
      data_.spec.alternate_suffix = *suffix;
    }
    warn_of_unknown(config);
  }

  void read_mappings() {
    json_.each_item("inputMappings", [&](const ordered_json& value, const std::string& path) {
      JsonObject mapping(value, path);
      MapRule rule;
      rule.ours = mapping.required_text("originalColumn");
      rule.theirs = mapping.required_text("enrichedColumn");
      if (const auto id = mapping.text("enrichedFileId"))
        rule.input = input_of_id(*id, path + ".enrichedFileId");
      warn_of_unknown(mapping);
      data_.spec.maps.push_back(std::move(rule));
    });
  }

  std::string input_of_id(const std::string& id, const std::string& path) const {
    const auto found = rank_of_id_.find(id);
    if (found != rank_of_id_.end()) return data_.spec.enriched[found->second - 1].name;
    std::vector<std::string> names;
    for (const InputRef& input : data_.spec.enriched) names.push_back(input.name);
    if (const auto rank = find_input(names, id)) return names[static_cast<std::size_t>(*rank)];
    refuse(path, fmt::format("no enriched file has the id {}", shown(id)));
  }

  void read_columns() {
    json_.each_item("columnConfigs", [&](const ordered_json& value, const std::string& path) {
      JsonObject config(value, path);
      auto name = config.text("columnName");
      if (!name) name = config.text("column");
      if (!name) name = config.text("name");
      if (!name || name->empty()) refuse(path, "columnName is missing");
      data_.column_choices.push_back(
          {*name, config.flag("selected").value_or(true), config.count("position", kMaxJsonItems)});
      warn_of_unknown(config);
    });
  }

  JsonObject json_;
  JobData data_;
  std::map<std::string, std::size_t> rank_of_id_;  // 1-based
};

}  // namespace

bool is_older_form(const ordered_json& json) {
  return json.contains("originalFile") || json.contains("enrichedFiles");
}

void choose_columns(const std::vector<ColumnConfig>& choices, const std::vector<std::string>& original_header,
                    MergeSpec& spec) {
  std::vector<ColumnConfig> chosen;
  for (const ColumnConfig& choice : choices) {
    if (!find_columns(original_header, choice.column).empty()) {
      if (choice.selected) continue;
      refuse("columnConfigs",
             fmt::format("{} is a column of the original, and the merged file has them all; only new "
                         "columns can be left out",
                         shown(choice.column)));
    }
    if (choice.selected)
      chosen.push_back(choice);
    else
      spec.drop.push_back(choice.column);
  }
  if (chosen.empty()) return;
  std::stable_sort(chosen.begin(), chosen.end(), [](const ColumnConfig& a, const ColumnConfig& b) {
    return a.position.value_or(kMaxJsonItems) < b.position.value_or(kMaxJsonItems);
  });
  spec.drop.clear();
  spec.columns.emplace();
  for (ColumnConfig& choice : chosen) spec.columns->push_back(std::move(choice.column));
}

JobData parse_older_form(const ordered_json& json) { return OlderForm(json).read(); }

}  // namespace crm
