#include "spec/spec_file.h"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

#include "base/text.h"
#include "model/rule_names.h"
#include "plan/column_names.h"
#include "plan/spec_parse.h"
#include "spec/spec_keys.h"

namespace crm {
namespace {

namespace fs = std::filesystem;
using NodeKind = YamlNode::Kind;

std::string_view kind_of_node(const YamlNode& node) {
  switch (node.kind) {
    case NodeKind::scalar: return node.is_plain && node.text.empty() ? "nothing" : "a text";
    case NodeKind::list: return "a list";
    case NodeKind::map: return "a map";
  }
  return "";
}

/// Reads the document of one spec, a function per shape.
class SpecReader {
 public:
  SpecReader(const std::string& path, SpecFile& spec) : path_(path), folder_(fs::path(path).parent_path()), spec_(spec) {}

  void read(const YamlNode& root) {
    spec_.path = path_;
    if (root.kind != NodeKind::map) fail(root, "a spec is a map of keys such as on: and strategy:");
    for (const auto& [key, value] : root.entries) {
      const SpecKey* known = find_spec_key(key.text);
      if (!known) fail_unknown(key);
      key_ = key.text;
      spec_.places[{key.text, ""}] = key.place;
      read_value(*known, value);
    }
  }

 private:
  [[noreturn]] void fail(const YamlNode& node, std::string_view what) const {
    throw spec_error(path_, node.place, key_.empty() ? std::string(what) : fmt::format("{}: {}", key_, what));
  }
  [[noreturn]] void fail_unknown(const YamlNode& key) const;

  /// How messages of the option parsers begin.
  std::string label(const YamlNode& node) const {
    return fmt::format("{}:{}:{}: {}", path_, node.place.line, node.place.column, key_);
  }

  const std::string& text(const YamlNode& node) const {
    if (node.kind != NodeKind::scalar || (node.is_plain && node.text.empty())) {
      fail(node, fmt::format("this is {}; give one text", kind_of_node(node)));
    }
    return node.text;
  }

  SpecText spec_text(const YamlNode& node) const { return {text(node), label(node)}; }

  const YamlNode& map(const YamlNode& node, std::string_view form) const {
    if (node.kind != NodeKind::map) fail(node, fmt::format("this is {}; write {}", kind_of_node(node), form));
    return node;
  }

  /// A list has an item each; a text is read as after the flag.
  std::vector<std::string> list(const YamlNode& node) const {
    if (node.kind == NodeKind::scalar) return parse_list(label(node), text(node));
    if (node.kind == NodeKind::map) fail(node, "this is a map; give a list");
    std::vector<std::string> items;
    for (const YamlNode& item : node.items) items.push_back(text(item));
    return items;
  }

  std::string resolved(const std::string& path) const {
    if (path == "-" || path.empty() || folder_.empty() || fs::path(path).is_absolute()) return path;
    return (folder_ / path).lexically_normal().string();
  }

  template <typename Entry>
  void each_entry(const YamlNode& node, std::string_view form, Entry entry) {
    for (const auto& [name, value] : map(node, form).entries) {
      spec_.places[{key_, name.text}] = name.place;
      entry(name, value);
    }
  }

  void read_value(const SpecKey& key, const YamlNode& value);
  void read_on_off(const SpecKey& key, const YamlNode& value);
  void read_paths(const YamlNode& value);
  void read_list(const YamlNode& value);
  void read_per_input(const YamlNode& value);
  void read_no_header(const YamlNode& value);
  void read_identifiers(const YamlNode& value);
  OnItem identifier(const YamlNode& node);
  void read_column_map(const YamlNode& value);
  void read_column_words(const YamlNode& value);
  SpecInput input(const YamlNode& node, bool is_original);
  void read_enriched(const YamlNode& value);

  const std::string& path_;
  fs::path folder_;
  SpecFile& spec_;
  std::string key_;
};

void SpecReader::fail_unknown(const YamlNode& key) const {
  std::vector<std::string> names;
  for (const SpecKey& known : spec_keys()) names.emplace_back(known.name);
  if (key.text.starts_with("-")) {
    throw spec_error(path_, key.place, fmt::format("{}: keys are written without dashes in front", shown(key.text)));
  }
  const auto meant = probably_meant(key.text, names);
  throw spec_error(path_, key.place,
                   fmt::format("there is no key {}{}; crm-merge spec-schema describes those there are", shown(key.text),
                               meant ? fmt::format(" (did you mean {}?)", *meant) : ""));
}

void SpecReader::read_value(const SpecKey& key, const YamlNode& value) {
  switch (key.shape) {
    case SpecShape::original: spec_.original = input(value, true); return;
    case SpecShape::enriched: return read_enriched(value);
    case SpecShape::text:
    case SpecShape::number:
    case SpecShape::word: spec_.texts[key_] = {spec_text(value)}; return;
    case SpecShape::path: return read_paths(value);
    case SpecShape::on_off: return read_on_off(key, value);
    case SpecShape::list: return read_list(value);
    case SpecShape::per_input: return read_per_input(value);
    case SpecShape::no_header: return read_no_header(value);
    case SpecShape::identifiers: return read_identifiers(value);
    case SpecShape::column_map: return read_column_map(value);
    case SpecShape::column_words: return read_column_words(value);
    case SpecShape::column_lists:
      return each_entry(value, "COLUMN: [NAME, NAME]", [&](const YamlNode& column, const YamlNode& names) {
        spec_.rules.prefer.emplace_back(column.text, list(names));
      });
    case SpecShape::kind_numbers:
      return each_entry(value, "KIND: NUMBER", [&](const YamlNode& kind, const YamlNode& number) {
        const bool off = lower(text(number)) == "off";
        spec_.max_shared[parse_kind(label(kind), kind.text)] = off ? 0 : parse_count(label(number), number.text);
      });
    case SpecShape::kind_lists:
      return each_entry(value, "domain: [COLUMN, COLUMN]", [&](const YamlNode& kind, const YamlNode& columns) {
        // The parser knows which kinds there may be; the columns are not split again.
        const std::string name = parse_columns_for(label(kind), kind.text + "=").first;
        spec_.columns_for.emplace_back(name, list(columns));
      });
  }
}

void SpecReader::read_on_off(const SpecKey& key, const YamlNode& value) {
  const std::string& word = text(value);
  if (word != "true" && word != "false") fail(value, fmt::format("{} is neither true nor false", shown(word)));
  if (word == "true") spec_.texts[std::string(key.name)] = {{"", label(value)}};
}

void SpecReader::read_paths(const YamlNode& value) {
  std::vector<SpecText>& paths = spec_.texts[key_];
  if (value.kind == NodeKind::list && key_ == "report") {  // the one output that there may be several of
    for (const YamlNode& item : value.items) paths.push_back({resolved(text(item)), label(item)});
  } else {
    paths.push_back({resolved(text(value)), label(value)});
  }
}

void SpecReader::read_list(const YamlNode& value) {
  if (key_ == "blank") {
    if (value.kind == NodeKind::scalar) {
      spec_.blank = parse_blank_list(label(value), text(value));
      return;
    }
    spec_.blank.emplace();
    for (const std::string& token : list(value)) {
      if (!is_white(token)) spec_.blank->emplace_back(trim(token));
    }
    return;
  }
  (key_ == "columns" ? spec_.columns : spec_.drop) = list(value);
}

void SpecReader::read_per_input(const YamlNode& value) {
  auto& values = key_ == "delimiter" ? spec_.delimiters : spec_.encodings;
  if (value.kind == NodeKind::scalar) {
    values.emplace_back("", spec_text(value));
    return;
  }
  each_entry(value, "one text, or NAME: VALUE for each file", [&](const YamlNode& name, const YamlNode& given) {
    values.emplace_back(name.text, spec_text(given));
  });
}

void SpecReader::read_no_header(const YamlNode& value) {
  if (value.kind == NodeKind::list) {
    for (const YamlNode& item : value.items) spec_.no_header.push_back(spec_text(item));
    return;
  }
  const std::string& word = text(value);
  if (word == "true") spec_.no_header.push_back({"", label(value)});
  else if (word != "false") fail(value, "write true for all files, or a list of names");
}

OnItem SpecReader::identifier(const YamlNode& node) {
  if (node.kind == NodeKind::scalar) return parse_on_item(label(node), trim(text(node)));
  OnItem item;
  bool has_kind = false;
  for (const auto& [key, value] : map(node, "a kind, \"COLUMN:KIND\", or {kind, columns, enriched}").entries) {
    if (key.text == "kind") {
      item.kind = parse_kind(label(value), text(value));
      has_kind = true;
    } else if (key.text == "columns") {
      item.columns = list(value);
    } else if (key.text == "enriched") {
      for (const auto& [name, columns] : map(value, "NAME: [COLUMN, COLUMN]").entries) {
        item.enriched_columns[name.text] = list(columns);
      }
    } else {
      fail(key, fmt::format("there is no key {} here; there are kind, columns and enriched", shown(key.text)));
    }
  }
  if (!has_kind) fail(node, fmt::format("the kind is missing; give one of: {}", fmt::join(kind_names(), ", ")));
  item.text = item.columns.empty() ? std::string(kind_name(item.kind))
                                   : fmt::format("{}:{}", fmt::join(item.columns, "|"), kind_name(item.kind));
  return item;
}

void SpecReader::read_identifiers(const YamlNode& value) {
  if (value.kind == NodeKind::scalar) {
    spec_.on = parse_on(label(value), text(value));
    return;
  }
  if (value.kind == NodeKind::map) fail(value, "this is a map; give a list of identifiers, such as [email, phone]");
  spec_.on.emplace();
  for (const YamlNode& item : value.items) {
    spec_.on->push_back(identifier(item));
    spec_.places.emplace(std::pair(key_, spec_.on->back().text), item.place);
  }
  if (spec_.on->empty()) fail(value, "the list is empty; name at least one identifier, such as email");
}

void SpecReader::read_column_map(const YamlNode& value) {
  const auto target = [&](std::optional<std::string> input, const YamlNode& theirs, const YamlNode& ours) {
    MapRule rule{std::move(input), theirs.text, "", ours.is_nothing()};
    if (!rule.left_out) rule.ours = text(ours);
    if (is_white(rule.theirs)) fail(theirs, "the column's name is blank; a blank one is named by its position, such as \"#3\"");
    if (!rule.left_out && is_white(rule.ours)) fail(ours, "the name is blank");
    if (rule.left_out && !rule.input) fail(ours, "to leave a column out, write NAME: {COLUMN: null}; --drop names new ones");
    spec_.rules.maps.push_back(std::move(rule));
  };
  each_entry(value, "THEIRS: OURS, or NAME: {THEIRS: OURS}", [&](const YamlNode& name, const YamlNode& given) {
    if (given.kind == NodeKind::list) fail(given, "this is a list; write THEIRS: OURS, or NAME: {THEIRS: OURS}");
    if (given.kind == NodeKind::scalar) return target(std::nullopt, name, given);
    for (const auto& [theirs, ours] : given.entries) {
      spec_.places.emplace(std::pair(key_, theirs.text), theirs.place);
      target(name.text, theirs, ours);
    }
  });
}

void SpecReader::read_column_words(const YamlNode& value) {
  each_entry(value, "COLUMN: VALUE", [&](const YamlNode& column, const YamlNode& word) {
    if (key_ == "strategy-for") {
      spec_.rules.strategy_for.emplace_back(column.text, parse_strategy(label(word), text(word)));
    } else {
      spec_.rules.on_conflict_for.emplace_back(column.text, parse_policy(label(word), text(word)));
    }
  });
}

SpecInput SpecReader::input(const YamlNode& node, bool is_original) {
  SpecInput input;
  input.place = node.place;
  if (node.kind == NodeKind::scalar) {
    try {
      input.ref = parse_input(is_original ? "./" + text(node) : text(node));
    } catch (const Error& error) {
      fail(node, error.message());
    }
    if (is_original) input.ref.path = node.text;
  } else {
    std::string name;
    for (const auto& [key, value] : map(node, is_original ? "a path, or {path}" : "a path, or {name, path}").entries) {
      if (key.text == "path") input.ref.path = text(value);
      else if (key.text == "columns") input.columns = list(value);
      else if (key.text == "name" && !is_original) name = text(value);
      else fail(key, fmt::format("there is no key {} here; there are {}path and columns", shown(key.text), is_original ? "" : "name, "));
    }
    if (!is_original && name.empty() && input.ref.path.empty()) fail(node, "a file has a name or a path");
    // What stands before = in a path that is called so is no name.
    if (!input.ref.path.empty() && input.ref.path != "-") input.ref.name = parse_input("./" + input.ref.path).name;
    if (input.ref.path == "-") input.ref.name = parse_input("-").name;
    input.ref.name_given = !name.empty();
    if (!name.empty()) input.ref.name = name;
  }
  input.ref.path = resolved(input.ref.path);
  if (is_original) input.ref.name = "original";
  return input;
}

void SpecReader::read_enriched(const YamlNode& value) {
  spec_.enriched.emplace();
  if (value.kind != NodeKind::list) {
    spec_.enriched->push_back(input(value, false));
    return;
  }
  for (const YamlNode& item : value.items) spec_.enriched->push_back(input(item, false));
  if (spec_.enriched->empty()) fail(value, "the list is empty; name the files, or leave the key out");
}

}  // namespace

SpecFile parse_spec(std::string_view text, const std::string& path) {
  SpecFile spec;
  SpecReader(path, spec).read(parse_yaml(text, path));
  return spec;
}

SpecFile read_spec_file(const std::string& path) {
  const auto refuse = [&](std::string_view why) {
    return Error(ErrorCode::invalid_config, fmt::format("--spec {}: {}", path, why));
  };
  std::error_code error;
  const auto status = fs::status(path, error);
  if (!fs::exists(status)) throw refuse("there is no such file");
  if (fs::is_directory(status)) throw refuse("this is a folder; give a file");
  std::ifstream file(path, std::ios::binary);
  std::string text(kMaxSpecBytes + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.bad() || (!file.is_open())) throw refuse("it cannot be read");
  text.resize(static_cast<std::size_t>(file.gcount()));
  return parse_spec(text, path);
}

}  // namespace crm
