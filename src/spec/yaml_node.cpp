#include "spec/yaml_node.h"

#include <fmt/format.h>
#include <yaml.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "plan/column_names.h"

namespace crm {
namespace {

/// A long text counts as one node more for each of these, so that aliases of it are limited too.
constexpr std::size_t kBytesOfANode = 32;
constexpr std::string_view kStringTag = "tag:yaml.org,2002:str";

/// libyaml's parser and its current event, each released where it belongs.
class EventReader {
 public:
  EventReader(std::string_view text, std::string_view name) : text_(text), name_(name) {
    if (!yaml_parser_initialize(&parser_)) throw Error(ErrorCode::limit_exceeded, "out of memory: a spec file was not read");
    yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(text.data()), text.size());
  }
  EventReader(const EventReader&) = delete;
  EventReader& operator=(const EventReader&) = delete;
  ~EventReader() {
    drop_event();
    yaml_parser_delete(&parser_);
  }

  /// The next event; it stands until the next call.
  const yaml_event_t& next() {
    drop_event();
    if (!yaml_parser_parse(&parser_, &event_)) throw fault();
    has_event_ = true;
    return event_;
  }

 private:
  void drop_event() {
    if (has_event_) yaml_event_delete(&event_);
    has_event_ = false;
  }

  Error fault() const {
    const std::string problem = parser_.problem ? parser_.problem : "it is no YAML";
    if (parser_.error == YAML_MEMORY_ERROR) return {ErrorCode::limit_exceeded, "out of memory: a spec file was not read"};
    if (parser_.error == YAML_READER_ERROR) {
      const std::size_t offset = std::min(parser_.problem_offset, text_.size());
      const int line = static_cast<int>(std::count(text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(offset), '\n'));
      return spec_error(name_, {line + 1, 1}, fmt::format("{}; a spec file is UTF-8 text", problem));
    }
    const yaml_mark_t& mark = parser_.problem_mark;
    const std::string context = parser_.context ? fmt::format(" ({})", parser_.context) : "";
    return spec_error(name_, {static_cast<int>(mark.line) + 1, static_cast<int>(mark.column) + 1},
                      fmt::format("{}{}", problem, context));
  }

  std::string_view text_;
  std::string_view name_;
  yaml_parser_t parser_{};
  yaml_event_t event_{};
  bool has_event_ = false;
};

std::string_view text_of(const yaml_char_t* text) {
  return text ? std::string_view(reinterpret_cast<const char*>(text)) : std::string_view();
}

/// Builds the tree from the events; aliases are written out.
class TreeReader {
 public:
  TreeReader(std::string_view text, std::string_view name) : events_(text, name), name_(name) {}

  YamlNode read() {
    next();  // the stream's start
    if (next().type == YAML_STREAM_END_EVENT) return empty_map();
    next();  // past the document's start
    YamlNode root = node(0);
    next();  // the document's end
    if (next().type != YAML_STREAM_END_EVENT) fail("a second document begins here; a spec file is one document");
    return root.is_nothing() ? empty_map() : root;
  }

 private:
  struct Anchored {
    YamlNode node;
    std::size_t nodes = 0;
  };

  static YamlNode empty_map() {
    YamlNode node;
    node.kind = YamlNode::Kind::map;
    return node;
  }

  const yaml_event_t& next() {
    event_ = &events_.next();
    place_ = {static_cast<int>(event_->start_mark.line) + 1, static_cast<int>(event_->start_mark.column) + 1};
    return *event_;
  }

  [[noreturn]] void fail(std::string_view what) const { throw spec_error(name_, place_, what); }

  void count(std::size_t nodes) {
    nodes_ += nodes;
    if (nodes_ > kMaxSpecNodes) fail(fmt::format("more than {} values, aliases written out", kMaxSpecNodes));
  }

  void check_tag(const yaml_char_t* tag) const {
    const std::string_view text = text_of(tag);
    if (!text.empty() && text != "!" && text != kStringTag) {
      fail(fmt::format("the tag {} means nothing here; every value is text", shown(text)));
    }
  }

  /// The node that the current event begins.
  YamlNode node(int depth) {
    if (depth > kMaxSpecDepth) fail(fmt::format("nested deeper than {} levels", kMaxSpecDepth));
    if (event_->type == YAML_ALIAS_EVENT) return aliased(std::string(text_of(event_->data.alias.anchor)));
    const std::size_t before = nodes_;
    count(1 + (event_->type == YAML_SCALAR_EVENT ? event_->data.scalar.length / kBytesOfANode : 0));
    YamlNode read;
    read.place = place_;
    std::string anchor;
    switch (event_->type) {
      case YAML_SCALAR_EVENT: {
        const auto& scalar = event_->data.scalar;
        check_tag(scalar.tag);
        anchor = text_of(scalar.anchor);
        read.text.assign(reinterpret_cast<const char*>(scalar.value), scalar.length);
        read.is_plain = scalar.style == YAML_PLAIN_SCALAR_STYLE && !scalar.tag;
        break;
      }
      case YAML_SEQUENCE_START_EVENT:
        check_tag(event_->data.sequence_start.tag);
        anchor = text_of(event_->data.sequence_start.anchor);
        read.kind = YamlNode::Kind::list;
        while (next().type != YAML_SEQUENCE_END_EVENT) read.items.push_back(node(depth + 1));
        break;
      case YAML_MAPPING_START_EVENT:
        check_tag(event_->data.mapping_start.tag);
        anchor = text_of(event_->data.mapping_start.anchor);
        read.kind = YamlNode::Kind::map;
        read_entries(read, depth);
        break;
      default:
        fail("a value is missing");
    }
    if (!anchor.empty()) anchors_[anchor] = {read, nodes_ - before};
    return read;
  }

  void read_entries(YamlNode& map, int depth) {
    std::set<std::string, std::less<>> keys;
    while (next().type != YAML_MAPPING_END_EVENT) {
      const SpecPlace at = place_;
      YamlNode key = node(depth + 1);
      if (key.kind != YamlNode::Kind::scalar) throw spec_error(name_, at, "a key is a text, not a list or a map");
      if (!keys.insert(key.text).second) throw spec_error(name_, at, fmt::format("the key {} is there twice", shown(key.text)));
      next();
      YamlNode value = node(depth + 1);
      map.entries.push_back({std::move(key), std::move(value)});
    }
  }

  YamlNode aliased(const std::string& anchor) {
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) fail(fmt::format("there is no anchor {} before this", shown(anchor)));
    count(found->second.nodes);
    return found->second.node;
  }

  EventReader events_;
  std::string_view name_;
  const yaml_event_t* event_ = nullptr;
  SpecPlace place_;
  std::size_t nodes_ = 0;
  std::map<std::string, Anchored, std::less<>> anchors_;
};

/// The code unit that an escape of four hex digits at `at` stands for, or nothing.
std::optional<unsigned> unit_at(std::string_view text, std::size_t at) {
  constexpr std::size_t kEscapeLength = 6;
  if (at + kEscapeLength > text.size() || text[at] != '\\' || text[at + 1] != 'u') return std::nullopt;
  unsigned unit = 0;
  const auto [end, error] = std::from_chars(text.data() + at + 2, text.data() + at + kEscapeLength, unit, 16);
  if (error != std::errc{} || end != text.data() + at + kEscapeLength) return std::nullopt;
  return unit;
}

/// JSON writes a code point beyond the first plane as two escapes, which YAML does not know: makes them one.
std::string join_surrogates(std::string_view text) {
  std::string joined;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      joined += text[i];
      continue;
    }
    const std::optional<unsigned> high = unit_at(text, i), low = unit_at(text, i + 6);
    if (high && low && (*high & 0xFC00) == 0xD800 && (*low & 0xFC00) == 0xDC00) {
      joined += fmt::format("\\U{:08X}", 0x10000 + ((*high & 0x3FF) << 10) + (*low & 0x3FF));
      i += 11;
    } else {
      joined += text[i];
      if (i + 1 < text.size()) joined += text[++i];  // an escaped backslash begins no escape
    }
  }
  return joined;
}

}  // namespace

bool YamlNode::is_nothing() const {
  return kind == Kind::scalar && is_plain && (text.empty() || text == "~" || text == "null");
}

Error spec_error(std::string_view name, SpecPlace place, std::string_view what) {
  return {ErrorCode::invalid_config, fmt::format("{}:{}:{}: {}", name, place.line, place.column, what)};
}

YamlNode parse_yaml(std::string_view text, std::string_view name) {
  if (text.size() > kMaxSpecBytes) {
    throw spec_error(name, {1, 1}, fmt::format("larger than {} MiB; this is no spec file", kMaxSpecBytes >> 20));
  }
  const bool has_surrogates = text.find("\\ud") != text.npos || text.find("\\uD") != text.npos;
  const std::string joined = has_surrogates ? join_surrogates(text) : std::string();
  return TreeReader(has_surrogates ? std::string_view(joined) : text, name).read();
}

}  // namespace crm
