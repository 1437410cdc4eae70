#include "spec/spec_yaml.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <optional>
#include <system_error>

#include "base/error.h"
#include "base/text.h"
#include "model/rule_names.h"
#include "plan/column_names.h"
#include "spec/spec_keys.h"

namespace crm {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kWidth = 110;
/// YAML's keys in short form may have 1,024 characters.
constexpr std::size_t kLongestShortKey = 500;

bool is_plain(const std::string& text) {
  static constexpr std::array<std::string_view, 10> kTyped = {"true", "false", "yes", "no", "on", "off", "null", "y", "n", "nan"};
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const auto inner = [&](char c) {
    return letter(c) || (c >= '0' && c <= '9') || c == ' ' || c == '_' || c == '-' || c == '.' || c == '/' || c == '(' || c == ')';
  };
  if (text.empty() || !letter(text.front()) || text.back() == ' ' || !std::all_of(text.begin(), text.end(), inner)) return false;
  return std::find(kTyped.begin(), kTyped.end(), lower(text)) == kTyped.end();
}

/// The code point of valid UTF-8 that begins at `at`, and its length in bytes.
std::pair<char32_t, std::size_t> code_point_at(const std::string& text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[at + i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return {first, 1};
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  char32_t point = first & (0x7Fu >> length);
  for (std::size_t i = 1; i < length; ++i) point = point << 6 | (byte(i) & 0x3Fu);
  return {point, length};
}

/// True for what may stand in quotes as it is: printable, and no line break of YAML's.
bool stands_as_it_is(char32_t point) {
  if (point < 0x7F) return point >= 0x20 && point != '"' && point != '\\';
  const bool is_break = point == 0x85 || point == 0x2028 || point == 0x2029;
  const bool is_special = point == 0xFEFF || (point & 0xFFFE) == 0xFFFE;
  return point >= 0xA0 && !is_break && !is_special;
}

std::string quoted(const std::string& text) {
  if (!is_utf8(text)) {
    throw Error(ErrorCode::invalid_config, fmt::format("--save-spec: {} is not UTF-8 text, which a spec file cannot hold", shown(text)));
  }
  std::string out = "\"";
  for (std::size_t at = 0; at < text.size();) {
    const auto [point, length] = code_point_at(text, at);
    if (stands_as_it_is(point)) out.append(text, at, length);
    else if (point == '"' || point == '\\') out += fmt::format("\\{}", static_cast<char>(point));
    else if (point == '\n') out += "\\n";
    else if (point == '\t') out += "\\t";
    else if (point == '\r') out += "\\r";
    else if (point <= 0xFFFF) out += fmt::format("\\u{:04X}", static_cast<unsigned>(point));
    else out += fmt::format("\\U{:08X}", static_cast<unsigned>(point));
    at += length;
  }
  return out + "\"";
}

/// Writes blocks of YAML, two spaces a level.
class Writer {
 public:
  explicit Writer(std::string head) : out_(std::move(head)) {}

  void scalar(int level, const std::string& key, const std::string& text) { out_ += start(level, key) + " " + yaml_scalar(text) + "\n"; }
  void word(int level, const std::string& key, std::string_view word) { out_ += fmt::format("{} {}\n", start(level, key), word); }
  void open(int level, const std::string& key) { out_ += start(level, key) + "\n"; }

  /// `key: [a, b]`, in as many lines as it takes.
  void list(int level, const std::string& key, const std::vector<std::string>& items) {
    const std::string begin = start(level, key) + " [";
    std::string line = begin;
    for (std::size_t i = 0; i < items.size(); ++i) {
      const std::string item = yaml_scalar(items[i]) + (i + 1 < items.size() ? "," : "");
      if (line.size() + item.size() + 1 > kWidth && line.size() > begin.size()) {
        out_ += line + "\n";
        line = std::string(static_cast<std::size_t>(2 * level + 2), ' ') + item;
      } else {
        line += (line == begin ? "" : " ") + item;
      }
    }
    out_ += line + "]\n";
  }

  /// The next key at this level is the first of a list's item.
  void next_item() { in_item_ = true; }
  std::string take() { return std::move(out_); }

 private:
  /// "  key:", after a dash where an item begins; a key that is too long for that in its explicit form.
  std::string start(int level, const std::string& key) {
    std::string indent(static_cast<std::size_t>(2 * level), ' ');
    if (std::exchange(in_item_, false)) indent[indent.size() - 2] = '-';
    const std::string written = yaml_scalar(key);
    if (written.size() <= kLongestShortKey) return indent + written + ":";
    return fmt::format("{}? {}\n{}:", indent, written, std::string(static_cast<std::size_t>(2 * level), ' '));
  }

  std::string out_;
  bool in_item_ = false;
};

/// Writes one spec, a function per key or group of keys.
class SpecWriter {
 public:
  SpecWriter(const MergeSpec& spec, const SpecFacts& facts)
      : spec_(spec), facts_(facts), writer_(fmt::format("# yaml-language-server: $schema={}\n"
                                                        "# The rules of a merge, as crm-merge {} found them. "
                                                        "Again: crm-merge merge --spec FILE\n",
                                                        facts.schema, facts.version)) {}

  std::string write() {
    inputs();
    reading();
    matching();
    columns();
    values();
    outputs();
    for (const auto& [key, text] : facts_.running) {
      const SpecKey* known = find_spec_key(key);
      writer_.scalar(0, key, known && known->shape == SpecShape::path ? relative(text) : text);
    }
    return writer_.take();
  }

 private:
  /// A path as seen from the spec's folder; an absolute one stays.
  std::string relative(const std::string& path) const {
    if (path == "-" || path.empty() || facts_.path.empty() || fs::path(path).is_absolute()) return path;
    std::error_code error;
    const fs::path parent = fs::path(facts_.path).parent_path();
    if (parent.empty()) return path;
    const fs::path file(path);
    const fs::path place = fs::proximate(file.parent_path().empty() ? "." : file.parent_path(), parent, error);
    if (error) return fs::absolute(file, error).string();
    return place == "." ? file.filename().string() : (place / file.filename()).string();
  }

  void known_columns(int level, const std::string& name) {
    const auto known = spec_.known_columns.find(name);
    if (known != spec_.known_columns.end()) writer_.list(level, "columns", known->second);
  }

  void inputs() {
    writer_.open(0, "original");
    writer_.scalar(1, "path", relative(spec_.original.location()));
    known_columns(1, "original");
    writer_.open(0, "enriched");
    for (const InputRef& input : spec_.enriched) {
      writer_.next_item();
      writer_.scalar(1, "name", input.name);
      writer_.scalar(1, "path", relative(input.location()));
      known_columns(1, input.name);
    }
  }

  template <typename Value>
  void per_input(const std::string& key, const std::vector<std::pair<std::string, Value>>& values) {
    if (values.empty()) return;
    if (values.size() == 1 && values[0].first.empty()) return writer_.scalar(0, key, values[0].second);
    writer_.open(0, key);
    for (const auto& [name, value] : values) writer_.scalar(1, name, value);
  }

  /// What was said of how files are to be read. Once one file has its own word, the word for all is said of each.
  void reading() {
    std::vector<std::pair<std::string, std::string>> delimiters, encodings;
    std::vector<std::string> no_header;
    const bool one_for_all = spec_.overrides.size() == 1 && spec_.overrides.begin()->first.empty();
    std::vector<std::string> names = {"original"};
    for (const InputRef& input : spec_.enriched) names.push_back(input.name);
    if (one_for_all) names = {""};
    for (const std::string& name : names) {
      const auto find = [&](auto member) {
        const auto own = spec_.overrides.find(name), all = spec_.overrides.find("");
        if (own != spec_.overrides.end() && (own->second.*member)) return own->second.*member;
        return all == spec_.overrides.end() ? decltype(all->second.*member){} : all->second.*member;
      };
      if (const auto delimiter = find(&InputOverrides::delimiter)) delimiters.emplace_back(name, std::string(1, *delimiter));
      if (const auto encoding = find(&InputOverrides::encoding)) encodings.emplace_back(name, *encoding);
      if (const auto has_header = find(&InputOverrides::has_header); has_header && !*has_header) no_header.push_back(name);
    }
    per_input("delimiter", delimiters);
    per_input("encoding", encodings);
    if (no_header == std::vector<std::string>{""}) writer_.word(0, "no-header", "true");
    else if (!no_header.empty()) writer_.list(0, "no-header", no_header);
    if (spec_.max_record_bytes != MergeSpec().max_record_bytes) {
      writer_.word(0, "max-record-bytes", std::to_string(spec_.max_record_bytes));
    }
    if (!spec_.blank.empty()) writer_.list(0, "blank", spec_.blank);
    path("rejects", spec_.outputs.rejects);
    if (spec_.max_rejects) writer_.word(0, "max-rejects", std::to_string(*spec_.max_rejects));
  }

  void matching() {
    if (!spec_.on.empty()) writer_.open(0, "on");
    for (const OnItem& item : spec_.on) {
      writer_.next_item();
      writer_.word(1, "kind", kind_name(item.kind));
      if (!item.columns.empty()) writer_.list(1, "columns", item.columns);
      if (!item.enriched_columns.empty()) writer_.open(1, "enriched");
      for (const auto& [name, columns] : item.enriched_columns) writer_.list(2, name, columns);
    }
    writer_.word(0, "match", match_mode_name(spec_.match));
    if (!spec_.max_shared.empty()) writer_.open(0, "max-shared");
    for (const auto& [kind, rows] : spec_.max_shared) writer_.word(1, std::string(kind_name(kind)), rows == 0 ? "\"off\"" : std::to_string(rows));
    if (!spec_.columns_for.empty()) writer_.open(0, "columns-for");
    for (const auto& [kind, columns] : spec_.columns_for) writer_.list(1, kind, columns);
    writer_.scalar(0, "region", spec_.region);
    on_off("email-aliases", spec_.email_aliases);
  }

  void columns() {
    maps();
    on_off("no-auto-map", !spec_.auto_map);
    if (spec_.columns) writer_.list(0, "columns", *spec_.columns);
    if (!spec_.drop.empty()) writer_.list(0, "drop", spec_.drop);
    if (spec_.id) writer_.scalar(0, "id", *spec_.id);
    if (spec_.match_column) writer_.scalar(0, "match-column", *spec_.match_column);
    on_off("explain-columns", spec_.explain_columns);
  }

  void maps() {
    std::vector<std::string> names;  // in the order of the rules
    for (const MapRule& rule : spec_.maps) {
      if (rule.input && std::find(names.begin(), names.end(), *rule.input) == names.end()) names.push_back(*rule.input);
    }
    if (!spec_.maps.empty()) writer_.open(0, "map");
    for (const MapRule& rule : spec_.maps) {
      if (!rule.input) writer_.scalar(1, rule.theirs, rule.ours);
    }
    for (const std::string& name : names) {
      writer_.open(1, name);
      for (const MapRule& rule : spec_.maps) {
        if (rule.input != name) continue;
        if (rule.left_out) writer_.word(2, rule.theirs, "null");
        else writer_.scalar(2, rule.theirs, rule.ours);
      }
    }
  }

  void values() {
    writer_.word(0, "strategy", strategy_name(spec_.strategy));
    if (!spec_.strategy_for.empty()) writer_.open(0, "strategy-for");
    for (const auto& [column, strategy] : spec_.strategy_for) writer_.word(1, column, strategy_name(strategy));
    if (!spec_.prefer.empty()) writer_.open(0, "prefer");
    for (const auto& [column, names] : spec_.prefer) writer_.list(1, column, names);
    writer_.scalar(0, "separator", spec_.separator);
    if (spec_.recency) writer_.scalar(0, "recency", *spec_.recency);
    if (spec_.recency_format) writer_.scalar(0, "recency-format", *spec_.recency_format);
    writer_.word(0, "on-conflict", policy_name(spec_.on_conflict));
    if (!spec_.on_conflict_for.empty()) writer_.open(0, "on-conflict-for");
    for (const auto& [column, policy] : spec_.on_conflict_for) writer_.word(1, column, policy_name(policy));
    writer_.scalar(0, "alternate-suffix", spec_.alternate_suffix);
  }

  void outputs() {
    path("output", spec_.outputs.merged);
    path("excel-safe", spec_.outputs.excel_safe);
    std::vector<std::string> reports;
    for (const std::string& report : {spec_.outputs.report, spec_.outputs.report_html}) {
      if (!report.empty()) reports.push_back(relative(report));
    }
    if (!reports.empty()) writer_.list(0, "report", reports);
    path("changes", spec_.outputs.changes);
    path("provenance", spec_.outputs.provenance);
    path("conflicts", spec_.outputs.conflicts);
    path("unmatched-enriched", spec_.outputs.unmatched_enriched);
  }

  void path(const std::string& key, const std::string& path) {
    if (!path.empty()) writer_.scalar(0, key, relative(path));
  }
  void on_off(const std::string& key, bool on) {
    if (on) writer_.word(0, key, "true");
  }

  const MergeSpec& spec_;
  const SpecFacts& facts_;
  Writer writer_;
};

}  // namespace

std::string yaml_scalar(const std::string& text) { return is_plain(text) ? text : quoted(text); }

std::string spec_yaml(const MergeSpec& spec, const SpecFacts& facts) { return SpecWriter(spec, facts).write(); }

}  // namespace crm
