#include "sql/sql.h"

#include <algorithm>
#include <array>
#include <stdexcept>

namespace crm {
namespace {

// Words that may not stand as a bare name, or that read badly as one.
constexpr std::array kReserved = {
    "all",    "analyse", "analyze", "and",   "any",     "array",   "as",     "asc",    "both",    "case",   "cast",
    "check",  "collate", "column",  "constraint", "create", "default", "deferrable", "desc", "describe", "distinct",
    "do",     "else",    "end",     "except", "false",  "fetch",   "for",    "foreign", "from",   "group",  "having",
    "in",     "initially", "intersect", "into", "lambda", "lateral", "leading", "limit", "not",   "null",   "offset",
    "on",     "only",    "or",      "order", "pivot",   "placing", "primary", "qualify", "references", "returning",
    "select", "show",    "some",    "summarize", "symmetric", "table", "then", "to",    "trailing", "true",  "union",
    "unique", "unpivot", "using",   "variadic", "when", "where",   "window", "with"};

constexpr std::size_t kCommentColumns = 100;

bool plain(const std::string& name) {
  if (name.empty() || (name[0] >= '0' && name[0] <= '9')) return false;
  const bool word = std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
  return word && std::find(kReserved.begin(), kReserved.end(), name) == kReserved.end();
}

std::string quoted(std::string_view text, char quote) {
  std::string out(1, quote);
  for (const char c : text) {
    if (c == quote) out += quote;
    out += c;
  }
  out += quote;
  return out;
}

}  // namespace

std::string Identifier::text() const { return plain(name_) ? name_ : quoted(name_, '"'); }

std::string Literal::text() const {
  const auto control = [](char c) { return static_cast<unsigned char>(c) < 0x20; };
  if (std::none_of(value_.begin(), value_.end(), control)) return quoted(value_, '\'');
  std::string out = "(";
  auto rest = value_.begin();
  while (rest != value_.end()) {
    if (rest != value_.begin()) out += " || ";
    if (control(*rest)) {
      out += "chr(" + std::to_string(static_cast<int>(*rest)) + ")";
      ++rest;
    } else {
      const auto end = std::find_if(rest, value_.end(), control);
      out += quoted({&*rest, static_cast<std::size_t>(end - rest)}, '\'');
      rest = end;
    }
  }
  return out + ")";
}

Sql Sql::join(const std::vector<Sql>& pieces, SqlTemplate between) {
  Sql joined;
  for (const Sql& piece : pieces) {
    if (&piece != pieces.data()) joined.text_ += between.text();
    joined.text_ += piece.text_;
  }
  return joined;
}

Sql Sql::comment(const std::string& text) {
  Sql made;
  std::size_t column = 0;
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find_first_of(" \n"), rest.size());
    const std::string_view word = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (word.empty()) continue;
    if (column > 0 && column + 1 + word.size() > kCommentColumns) {
      made.text_ += '\n';
      column = 0;
    }
    const std::string_view before = column == 0 ? "-- " : " ";
    made.text_.append(before).append(word);
    column += before.size() + word.size();
  }
  if (column > 0) made.text_ += '\n';
  return made;
}

Sql Sql::indented() const {
  Sql made;
  made.text_ = "  ";
  for (const char c : text_) {
    made.text_ += c;
    if (c == '\n') made.text_ += "  ";
  }
  return made;
}

Sql Sql::fill(std::string_view pattern, const std::vector<std::string>& pieces) {
  Sql made;
  std::size_t used = 0;
  for (std::size_t at; (at = pattern.find("{}")) != std::string_view::npos; pattern.remove_prefix(at + 2)) {
    if (used == pieces.size()) throw std::logic_error("an SQL template has more places than pieces");
    made.text_ += pattern.substr(0, at);
    made.text_ += pieces[used++];
  }
  if (used != pieces.size()) throw std::logic_error("an SQL template has fewer places than pieces");
  made.text_ += pattern;
  return made;
}

}  // namespace crm
