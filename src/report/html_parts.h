#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// What the report page is made of. Arguments called `html` are markup that is ready; all others are escaped here.
namespace crm {

/// A row of a table's head: a title, and whether the column holds numbers.
struct HtmlColumn {
  std::string_view title;
  enum class Holds { text, numbers, bars } holds = Holds::numbers;
};

/// A table whose first column names its rows. Cells are markup.
class HtmlTable {
 public:
  HtmlTable(std::string_view caption, std::vector<HtmlColumn> columns) : caption_(caption), columns_(std::move(columns)) {}
  void row(std::vector<std::string> html) { rows_.push_back(std::move(html)); }
  bool empty() const { return rows_.empty(); }
  /// Rows beyond kShownRows stand behind "… more".
  std::string html() const;

 private:
  std::string part(std::size_t first, std::size_t last) const;
  std::string_view caption_;
  std::vector<HtmlColumn> columns_;
  std::vector<std::vector<std::string>> rows_;
};

inline constexpr std::size_t kShownRows = 20;

/// One piece of a bar: its size and the class that gives its colour.
struct BarPiece {
  std::uint64_t size = 0;
  std::string_view colour;
};

/// A bar in pieces of `whole`. For eyes alone: the figures stand beside it.
std::string html_bar(const std::vector<BarPiece>& pieces, std::uint64_t whole);

/// What the colours of bars mean.
std::string html_bar_key(const std::vector<std::pair<std::string_view, std::string_view>>& colours);

/// A ring, filled by part of whole.
std::string html_ring(std::uint64_t part, std::uint64_t whole);

std::string html_section(std::string_view id, std::string_view title, std::string_view lead, const std::string& html);

}  // namespace crm
