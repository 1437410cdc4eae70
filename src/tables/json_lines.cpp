#include "tables/json_lines.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <unordered_map>

#include "base/error.h"
#include "base/text.h"

namespace crm {
namespace {

namespace od = simdjson::ondemand;

constexpr std::string_view kJsonSpace = " \t\r\n";
// A row that lacks more of the last columns than this is written short: a key that one line has must not cost every
// other line a comma.
constexpr std::size_t kMostWrittenBlanks = 64;

std::string_view trim_json(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(kJsonSpace);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kJsonSpace) - begin + 1);
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// The grammar of RFC 8259, section 6: simdjson reads numbers as doubles, and these must keep their spelling.
bool is_json_number(std::string_view text) {
  std::size_t at = 0;
  const auto digits = [&] {
    const std::size_t begin = at;
    while (at < text.size() && is_digit(text[at])) ++at;
    return at > begin;
  };
  if (at < text.size() && text[at] == '-') ++at;
  const std::size_t integer = at;
  if (!digits() || (text[integer] == '0' && at > integer + 1)) return false;
  if (at < text.size() && text[at] == '.') {
    ++at;
    if (!digits()) return false;
  }
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
    if (!digits()) return false;
  }
  return at == text.size();
}

bool is_json_literal(std::string_view text) { return text == "true" || text == "false" || text == "null"; }

using Outcome = std::optional<RowProblem>;  // nothing: all is well

Outcome read_string(od::value& value, std::string_view& text) {
  return value.get_string().get(text) == simdjson::SUCCESS ? Outcome() : RowProblem::bad_escape;
}

Outcome check_nested(od::value& value, int depth);

template <class Container, class EachElement>
Outcome check_elements(Container& container, const EachElement& each) {
  for (auto element : container) {
    if (const Outcome problem = each(element)) return problem;
  }
  return {};
}

Outcome check_nested(simdjson::simdjson_result<od::value> found, int depth) {
  od::value value;
  if (std::move(found).get(value) != simdjson::SUCCESS) return RowProblem::bad_json;
  return check_nested(value, depth);
}

/// Walks a value that is kept as text: simdjson looks at no more of it than is asked for.
Outcome check_nested(od::value& value, int depth) {
  std::string_view token = value.raw_json_token();
  if (token.empty()) return RowProblem::bad_json;
  if ((token[0] == '{' || token[0] == '[') && depth == kMaxJsonDepth) return RowProblem::too_deep;
  switch (token[0]) {
    case '"':
      return read_string(value, token);
    case '{': {
      od::object object;
      if (value.get_object().get(object) != simdjson::SUCCESS) return RowProblem::bad_json;
      return check_elements(object, [&](simdjson::simdjson_result<od::field> found) -> Outcome {
        od::field field;
        if (std::move(found).get(field) != simdjson::SUCCESS) return RowProblem::bad_json;
        if (field.unescaped_key().get(token) != simdjson::SUCCESS) return RowProblem::bad_escape;
        return check_nested(field.value(), depth + 1);
      });
    }
    case '[': {
      od::array array;
      if (value.get_array().get(array) != simdjson::SUCCESS) return RowProblem::bad_json;
      return check_elements(array, [&](simdjson::simdjson_result<od::value> found) {
        return check_nested(std::move(found), depth + 1);
      });
    }
    default:
      token = trim_json(token);
      return is_json_literal(token) || is_json_number(token) ? Outcome() : RowProblem::bad_json;
  }
}

struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
};

}  // namespace

struct JsonLinesReader::Impl {
  Impl(Options given, RowSink& where) : options(std::move(given)), sink(where) {}

  void take(std::string_view text);
  void take_partial();
  void take_line(std::string_view line);
  Outcome read_object(std::string_view line);
  Outcome read_document(od::document& document);
  Outcome read_field(od::document& document, od::field& field);
  Outcome read_value(od::document& document, od::value& value, std::string_view& text);
  std::size_t column_of(std::string_view key);
  void forget_columns(std::size_t from);
  void emit();

  const Options options;
  RowSink& sink;
  od::parser parser;
  std::vector<char> padded;        // a line, with the room behind it that simdjson reads
  std::string partial;             // a line whose end has not come yet, or what is kept of it
  std::vector<std::string> columns;
  std::unordered_map<std::string, std::size_t, TextHash, std::equal_to<>> places;
  std::vector<std::string_view> cells;
  std::vector<std::uint64_t> seen_in;  // of each column: the last line that had it
  std::uint64_t line_number = 0;
  std::size_t expected = 0;            // the column that most likely comes next
  std::size_t used = 0;                // columns of this line that may hold a text, from the first
};

JsonLinesReader::JsonLinesReader(Options options, RowSink& sink) : impl_(std::make_unique<Impl>(std::move(options), sink)) {}
JsonLinesReader::~JsonLinesReader() = default;

const std::vector<std::string>& JsonLinesReader::columns() const { return impl_->columns; }

void JsonLinesReader::append(std::string_view text) { impl_->take(text); }

void JsonLinesReader::finish() {
  if (!impl_->partial.empty()) impl_->take_partial();
}

void JsonLinesReader::Impl::take(std::string_view text) {
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view piece = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (end != std::string_view::npos && partial.empty()) {
      take_line(piece);
      continue;
    }
    // A byte more than a line may have, and a CR: so much tells that it is too long.
    const std::size_t most = options.max_record_bytes + 2;
    partial.append(piece.substr(0, most - partial.size()));
    if (end != std::string_view::npos) take_partial();
  }
}

void JsonLinesReader::Impl::take_partial() {
  take_line(partial);
  partial.clear();
  partial.shrink_to_fit();  // a long line must not be kept
}

void JsonLinesReader::Impl::take_line(std::string_view line) {
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  if (line.size() > options.max_record_bytes) {
    return sink.reject(RowProblem::too_long, line.substr(0, options.max_record_bytes));
  }
  if (trim_json(line).empty()) return sink.skip(1);
  ++line_number;
  used = 0;
  expected = 0;
  const std::size_t columns_before = columns.size();
  const Outcome problem = read_object(line);
  if (!problem) return emit();
  std::fill(cells.begin(), cells.end(), std::string_view());
  forget_columns(columns_before);
  sink.reject(*problem, line);
}

/// A line that is no row gives no columns either.
void JsonLinesReader::Impl::forget_columns(std::size_t from) {
  for (std::size_t i = from; i < columns.size(); ++i) places.erase(columns[i]);
  columns.resize(from);
  cells.resize(from);
  seen_in.resize(from);
}

Outcome JsonLinesReader::Impl::read_object(std::string_view line) {
  const std::size_t needed = line.size() + simdjson::SIMDJSON_PADDING;
  if (padded.size() < needed) padded.resize(needed);
  std::copy(line.begin(), line.end(), padded.begin());
  std::fill_n(padded.begin() + static_cast<std::ptrdiff_t>(line.size()), simdjson::SIMDJSON_PADDING, '\0');
  od::document document;
  const auto view = simdjson::padded_string_view(padded.data(), line.size(), padded.size());
  if (parser.iterate(view).get(document) != simdjson::SUCCESS) {
    return is_utf8(line) ? RowProblem::bad_json : RowProblem::bad_bytes;
  }
  return read_document(document);
}

Outcome JsonLinesReader::Impl::read_document(od::document& document) {
  std::string_view token;
  if (document.raw_json_token().get(token) != simdjson::SUCCESS || token.empty()) return RowProblem::bad_json;
  if (token[0] != '{') return RowProblem::not_an_object;
  od::object object;
  if (document.get_object().get(object) != simdjson::SUCCESS) return RowProblem::bad_json;
  const Outcome problem = check_elements(object, [&](simdjson::simdjson_result<od::field> found) -> Outcome {
    od::field field;
    if (std::move(found).get(field) != simdjson::SUCCESS) return RowProblem::bad_json;
    return read_field(document, field);
  });
  if (problem) return problem;
  return document.current_location().error() == simdjson::OUT_OF_BOUNDS ? Outcome() : RowProblem::bad_json;
}

Outcome JsonLinesReader::Impl::read_field(od::document& document, od::field& field) {
  std::string_view key, text;
  if (field.unescaped_key().get(key) != simdjson::SUCCESS) return RowProblem::bad_escape;
  const std::size_t column = column_of(key);
  if (seen_in[column] == line_number) return RowProblem::repeated_key;
  seen_in[column] = line_number;
  expected = column + 1;
  od::value value = field.value();
  if (const Outcome problem = read_value(document, value, text)) return problem;
  cells[column] = text;
  used = std::max(used, column + 1);
  return {};
}

Outcome JsonLinesReader::Impl::read_value(od::document& document, od::value& value, std::string_view& text) {
  text = value.raw_json_token();
  if (text.empty()) return RowProblem::bad_json;
  if (text[0] == '"') return read_string(value, text);
  if (text[0] == '{' || text[0] == '[') {
    const char* const begin = text.data();
    if (const Outcome problem = check_nested(value, 0)) return problem;
    const char* end = nullptr;  // of the next token: the value ends before it
    if (document.current_location().get(end) != simdjson::SUCCESS) return RowProblem::bad_json;
    text = trim_json({begin, static_cast<std::size_t>(end - begin)});
    return {};
  }
  text = trim_json(text);
  if (text == "null") {
    text = {};
    return {};
  }
  return is_json_literal(text) || is_json_number(text) ? Outcome() : RowProblem::bad_json;
}

std::size_t JsonLinesReader::Impl::column_of(std::string_view key) {
  if (expected < columns.size() && columns[expected] == key) return expected;
  if (const auto found = places.find(key); found != places.end()) return found->second;
  if (columns.size() == options.max_columns) {
    throw Error(ErrorCode::invalid_input,
                fmt::format("{}: its lines have more than {} different keys; keys that are data (ids, dates) belong in values",
                            options.name, options.max_columns));
  }
  columns.emplace_back(key);
  places.emplace(std::string(key), columns.size() - 1);
  cells.emplace_back();
  seen_in.push_back(0);
  return columns.size() - 1;
}

void JsonLinesReader::Impl::emit() {
  const std::size_t size = columns.size() - used > kMostWrittenBlanks ? used : columns.size();
  sink.row(std::span(cells).first(size));
  std::fill_n(cells.begin(), used, std::string_view());
}

bool looks_like_json_lines(std::string_view head, bool whole) {
  const std::size_t begin = head.find_first_not_of(kJsonSpace);
  if (begin == std::string_view::npos || head[begin] != '{') return false;
  head.remove_prefix(begin);
  const std::size_t end = head.find('\n');
  if (end == std::string_view::npos && !whole) {
    // Too long to be seen whole: an object begins with a key.
    const std::size_t key = head.find_first_not_of(kJsonSpace, 1);
    return key != std::string_view::npos && head[key] == '"';
  }
  struct Probe : RowSink {
    bool is_row = false;
    void row(std::span<const std::string_view>) override { is_row = true; }
    void reject(RowProblem, std::string_view) override {}
    void skip(std::uint64_t) override {}
  } probe;
  JsonLinesReader reader({head.size(), head.size(), ""}, probe);
  reader.append(head.substr(0, end));
  reader.finish();
  return probe.is_row;
}

}  // namespace crm
