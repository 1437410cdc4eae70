#include "report/html_parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "report/figures.h"
#include "report/html_text.h"

namespace crm {
namespace {

std::string_view class_of(HtmlColumn::Holds holds) {
  switch (holds) {
    case HtmlColumn::Holds::text: return "";
    case HtmlColumn::Holds::numbers: return " class=\"n\"";
    case HtmlColumn::Holds::bars: return " class=\"bar\"";
  }
  return "";
}

double share(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(std::min(part, whole)) / static_cast<double>(whole);
}

}  // namespace

std::string HtmlTable::part(std::size_t first, std::size_t last) const {
  std::string out = fmt::format(
      "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"{0}\"><table><caption>{0}</caption><thead><tr>",
      html_escaped(caption_));
  for (const HtmlColumn& column : columns_) {
    out += fmt::format("<th scope=\"col\"{}>{}</th>", class_of(column.holds), html_escaped(column.title));
  }
  out += "</tr></thead><tbody>\n";
  for (std::size_t i = first; i < last; ++i) {
    out += fmt::format("<tr><th scope=\"row\">{}</th>", rows_[i].front());
    for (std::size_t c = 1; c < rows_[i].size(); ++c) out += fmt::format("<td{}>{}</td>", class_of(columns_[c].holds), rows_[i][c]);
    out += "</tr>\n";
  }
  return out + "</tbody></table></div>\n";
}

std::string HtmlTable::html() const {
  const std::size_t shown = std::min(rows_.size(), kShownRows);
  std::string out = part(0, shown);
  if (shown < rows_.size()) {
    out += fmt::format("<details><summary>… and {} more</summary>\n{}</details>\n", with_thousands(rows_.size() - shown),
                       part(shown, rows_.size()));
  }
  return out;
}

std::string html_bar(const std::vector<BarPiece>& pieces, std::uint64_t whole) {
  std::string out = "<svg viewBox=\"0 0 100 6\" preserveAspectRatio=\"none\" aria-hidden=\"true\"><rect class=\"none\" width=\"100\" height=\"6\"/>";
  std::uint64_t before = 0;
  for (const BarPiece& piece : pieces) {
    if (piece.size > 0) {
      out += fmt::format("<rect class=\"{}\" x=\"{:.2f}\" width=\"{:.2f}\" height=\"6\"/>", piece.colour, 100 * share(before, whole),
                         100 * share(piece.size, whole));
    }
    before += piece.size;
  }
  return out + "</svg>";
}

std::string html_bar_key(const std::vector<std::pair<std::string_view, std::string_view>>& colours) {
  std::string out = "<ul class=\"key\">";
  for (const auto& [colour, meaning] : colours) {
    out += fmt::format("<li><svg viewBox=\"0 0 10 10\" aria-hidden=\"true\"><rect class=\"{}\" width=\"10\" height=\"10\" rx=\"3\"/></svg>{}</li>",
                       colour, html_escaped(meaning));
  }
  return out + "</ul>\n";
}

std::string html_ring(std::uint64_t part, std::uint64_t whole) {
  constexpr double kRound = 100;  // the circle's length, by pathLength
  return fmt::format(
      "<svg viewBox=\"0 0 120 120\" aria-hidden=\"true\"><g fill=\"none\" stroke-width=\"13\" transform=\"rotate(-90 60 60)\">"
      "<circle cx=\"60\" cy=\"60\" r=\"50\" stroke=\"var(--none)\"/>"
      "<circle cx=\"60\" cy=\"60\" r=\"50\" stroke=\"var(--accent)\" pathLength=\"{0}\" stroke-dasharray=\"{1:.2f} {0}\"/></g></svg>",
      kRound, kRound * share(part, whole));
}

std::string html_section(std::string_view id, std::string_view title, std::string_view lead, const std::string& html) {
  return fmt::format("<section aria-labelledby=\"{0}\"><h2 id=\"{0}\">{1}</h2>\n<p class=\"soft\">{2}</p>\n{3}</section>\n", id,
                     html_escaped(title), html_escaped(lead), html);
}

}  // namespace crm
