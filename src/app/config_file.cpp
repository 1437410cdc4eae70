#include "app/config_file.h"

#include <fstream>
#include <iterator>

#include <fmt/format.h>

#include "base/error.h"
#include "spec/yaml_node.h"

namespace crm {
namespace {

constexpr std::size_t kMaxConfigBytes = 1u << 20;

std::string text_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw Error(ErrorCode::invalid_config, fmt::format("--config {}: no such file, or it cannot be read", path));
  std::string text{std::istreambuf_iterator<char>(file), {}};
  if (text.size() > kMaxConfigBytes) {
    throw Error(ErrorCode::invalid_config, fmt::format("--config {}: larger than 1 MiB; is this the right file?", path));
  }
  return text;
}

const OptionRow* row_of(Command command, const std::string& key) {
  for (const OptionRow& row : option_table()) {
    if (takes_option(command, row) && row.name.substr(2) == key) return &row;
  }
  return nullptr;
}

/// Options that only make sense where they are typed.
bool is_only_typed(std::string_view key) { return key == "config" || key == "print-config" || key == "help"; }

/// An option of the other of `serve` and `worker`: one file serves both.
bool belongs_to_the_other(Command command, const std::string& key) {
  return row_of(command == Command::serve ? Command::worker : Command::serve, key) != nullptr;
}

std::vector<std::string> values_of(const OptionRow& row, const YamlEntry& entry, const std::string& path) {
  const auto refuse = [&](const char* why) -> std::vector<std::string> {
    throw spec_error(path, entry.value.place, fmt::format("{}: {}", entry.key.text, why));
  };
  if (entry.value.kind == YamlNode::Kind::map) return refuse("give a value, not a map");
  if (entry.value.kind == YamlNode::Kind::scalar) return {entry.value.text};
  if (row.takes != OptionTakes::many && row.takes != OptionTakes::list) return refuse("give one value, not a list");
  std::vector<std::string> values;
  for (const YamlNode& item : entry.value.items) {
    if (item.kind != YamlNode::Kind::scalar) return refuse("give a list of values");
    values.push_back(item.text);
  }
  return values;
}

void add_entry(const OptionRow& row, const YamlEntry& entry, const std::string& path, TypedOptions& typed) {
  const std::string label = fmt::format("{}:{}:{}: {}", path, entry.value.place.line, entry.value.place.column, entry.key.text);
  const std::vector<std::string> values = values_of(row, entry, path);
  if (row.takes == OptionTakes::nothing) {
    const bool on = values.size() == 1 && (values[0] == "yes" || values[0] == "true");
    const bool off = values.size() == 1 && (values[0] == "no" || values[0] == "false");
    if (!on && !off) throw spec_error(path, entry.value.place, fmt::format("{}: give yes or no", entry.key.text));
    if (on) typed.add_from_spec(row.name, {""}, label);
    return;
  }
  if (!values.empty()) typed.add_from_spec(row.name, values, label);
}

/// As a YAML scalar that reads back as it is.
std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

bool is_plain(const std::string& text) {
  return !text.empty() && text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./+") ==
                              std::string::npos;
}

std::string scalar(const std::string& text) { return is_plain(text) ? text : quoted(text); }

}  // namespace

void add_config_file(Command command, const std::string& path, TypedOptions& typed) {
  const YamlNode root = parse_yaml(text_of(path), path);
  if (root.is_nothing()) return;
  if (root.kind != YamlNode::Kind::map) throw spec_error(path, root.place, "give options as \"name: value\", one a line");
  for (const YamlEntry& entry : root.entries) {
    const OptionRow* row = row_of(command, entry.key.text);
    if (row && !is_only_typed(entry.key.text)) {
      if (!entry.value.is_nothing()) add_entry(*row, entry, path, typed);
    } else if (!belongs_to_the_other(command, entry.key.text) || is_only_typed(entry.key.text)) {
      throw spec_error(path, entry.key.place,
                       fmt::format("there is no option {}{}", entry.key.text, nearest_option(command, "--" + entry.key.text)));
    }
  }
}

std::string config_text(const std::vector<std::pair<std::string, std::vector<std::string>>>& options) {
  std::string text;
  for (const auto& [name, values] : options) {
    if (values.empty()) {
      text += fmt::format("# {}:\n", name);
    } else if (values.size() == 1) {
      text += fmt::format("{}: {}\n", name, scalar(values[0]));
    } else {
      text += fmt::format("{}:\n", name);
      for (const std::string& value : values) text += fmt::format("  - {}\n", scalar(value));
    }
  }
  return text;
}

}  // namespace crm
