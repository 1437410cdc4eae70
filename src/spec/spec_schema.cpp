#include "spec/spec_schema.h"

#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "model/rule_names.h"
#include "spec/spec_keys.h"

namespace crm {
namespace {

using nlohmann::ordered_json;

/// YAML's numbers and booleans are texts here: `region: NO` is Norway.
ordered_json text_schema() { return {{"type", {"string", "number", "boolean"}}}; }

/// Written null, YAML's `null` is a text too wherever a list holds texts.
ordered_json item_schema() { return {{"type", {"string", "number", "boolean", "null"}}}; }

ordered_json list_schema(ordered_json items) { return {{"type", "array"}, {"items", std::move(items)}}; }

ordered_json either(std::vector<ordered_json> schemas) { return {{"anyOf", std::move(schemas)}}; }

ordered_json texts_schema() { return either({text_schema(), list_schema(item_schema())}); }

ordered_json map_schema(ordered_json values) { return {{"type", "object"}, {"additionalProperties", std::move(values)}}; }

ordered_json words_schema(const std::vector<std::string>& words) { return {{"enum", words}}; }

ordered_json object_schema(ordered_json properties, std::vector<std::string> required = {}) {
  ordered_json schema = {{"type", "object"}, {"properties", std::move(properties)}, {"additionalProperties", false}};
  if (!required.empty()) schema["required"] = required;
  return schema;
}

ordered_json number_schema() { return {{"type", {"integer", "string"}}}; }

ordered_json enriched_schema() {
  const ordered_json one = either({{{"type", "string"}}, object_schema({{"name", text_schema()},
                                                                         {"path", {{"type", "string"}}},
                                                                         {"columns", texts_schema()}})});
  return either({one, {{"type", "array"}, {"items", one}, {"minItems", 1}}});
}

ordered_json identifiers_schema() {
  const ordered_json item = object_schema({{"kind", words_schema(kind_names())},
                                           {"columns", texts_schema()},
                                           {"enriched", map_schema(texts_schema())}},
                                          {"kind"});
  return either({{{"type", "string"}}, {{"type", "array"}, {"items", either({{{"type", "string"}}, item})}, {"minItems", 1}}});
}

ordered_json kinds_schema(const std::vector<std::string>& kinds, const ordered_json& values) {
  ordered_json properties = ordered_json::object();
  for (const std::string& kind : kinds) properties[kind] = values;
  return object_schema(std::move(properties));
}

ordered_json shape_schema(const SpecKey& key) {
  switch (key.shape) {
    case SpecShape::original:
      return either({{{"type", "string"}}, object_schema({{"path", {{"type", "string"}}}, {"columns", texts_schema()}})});
    case SpecShape::enriched: return enriched_schema();
    case SpecShape::text: return text_schema();
    case SpecShape::path:
      if (key.name == "report") return either({{{"type", "string"}}, list_schema({{"type", "string"}})});
      return {{"type", "string"}};
    case SpecShape::number: return number_schema();
    case SpecShape::word: return words_schema(key.words());
    case SpecShape::on_off: return {{"type", "boolean"}};
    case SpecShape::list: return texts_schema();
    case SpecShape::per_input: return either({text_schema(), map_schema(text_schema())});
    case SpecShape::no_header: return either({{{"type", "boolean"}}, list_schema(item_schema())});
    case SpecShape::identifiers: return identifiers_schema();
    case SpecShape::column_map: return map_schema(either({text_schema(), map_schema(item_schema())}));
    case SpecShape::column_words: return map_schema(words_schema(key.words()));
    case SpecShape::column_lists: return map_schema(texts_schema());
    case SpecShape::kind_numbers:
      return kinds_schema(kind_names(), either({number_schema(), {{"const", false}}}));  // off is YAML 1.1's false
    case SpecShape::kind_lists: return kinds_schema({"domain", "linkedin"}, texts_schema());
  }
  return {};
}

}  // namespace

std::string spec_schema(const std::function<std::string(std::string_view key)>& describe) {
  ordered_json properties = ordered_json::object();
  for (const SpecKey& key : spec_keys()) {
    ordered_json schema = {{"description", describe(key.name)}};
    schema.update(shape_schema(key));
    properties[std::string(key.name)] = std::move(schema);
  }
  ordered_json schema = {{"$schema", "http://json-schema.org/draft-07/schema#"},
                         {"title", "Rules of crm-merge"},
                         {"description", "A spec file for crm-merge merge --spec: the options of the command line without dashes"}};
  schema.update(object_schema(std::move(properties)));
  return schema.dump(2) + "\n";
}

}  // namespace crm
