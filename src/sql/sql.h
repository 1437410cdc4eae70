#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// SQL as types: text becomes SQL only by being written in the source, quoted as an identifier, or quoted as a literal.
// A std::string converts to none of them, so that no header or value of a user can become SQL.
namespace crm {

/// The name of a table or column, quoted wherever SQL could read it as something else.
class Identifier {
 public:
  explicit Identifier(std::string name) : name_(std::move(name)) {}
  const std::string& name() const { return name_; }
  /// As SQL: `row`, `"First Name"`.
  std::string text() const;

 private:
  std::string name_;
};

/// A text value: `'O''Brien'`. Control characters become chr(…), so that a literal stays on its line and no NUL ends
/// the statement.
class Literal {
 public:
  explicit Literal(std::string value) : value_(std::move(value)) {}
  std::string text() const;

 private:
  std::string value_;
};

/// Text that stands in the source of this program.
class SqlTemplate {
 public:
  consteval SqlTemplate(const char* text) : text_(text) {}
  constexpr std::string_view text() const { return text_; }

 private:
  std::string_view text_;
};

/// A piece of SQL.
class Sql {
 public:
  Sql() = default;
  const std::string& text() const { return text_; }
  bool empty() const { return text_.empty(); }
  friend bool operator==(const Sql&, const Sql&) = default;

  /// The pieces with `between` in between.
  static Sql join(const std::vector<Sql>& pieces, SqlTemplate between);

  /// `-- text`, in lines of at most 100 columns, each with its line end.
  static Sql comment(const std::string& text);
  /// Every line two spaces further to the right. (Literals hold no line ends.)
  Sql indented() const;

  /// `pattern` with each `{}` replaced, in order, by a piece of SQL, an Identifier, a Literal or a number.
  template <class... Parts>
  static Sql of(SqlTemplate pattern, const Parts&... parts) {
    return fill(pattern.text(), {piece(parts)...});
  }

 private:
  static Sql fill(std::string_view pattern, const std::vector<std::string>& pieces);
  static std::string piece(const Sql& sql) { return sql.text(); }
  static std::string piece(const Identifier& identifier) { return identifier.text(); }
  static std::string piece(const Literal& literal) { return literal.text(); }
  template <std::integral Number>
    requires(!std::same_as<Number, bool> && !std::same_as<Number, char>)
  static std::string piece(Number number) {
    return std::to_string(number);
  }

  std::string text_;
};

/// Shorthand for Sql::of, which is written so often.
template <class... Parts>
Sql sql(SqlTemplate pattern, const Parts&... parts) {
  return Sql::of(pattern, parts...);
}

}  // namespace crm
