#pragma once

#include <string>
#include <string_view>

// Text of files as people may be shown it.
namespace crm {

/// Columns that `text` takes on a terminal: code points, wide East Asian ones and emoji as two, marks as none.
int display_width(std::string_view text);

/// `text` cut to at most `width` columns, with `…` where something was cut.
std::string shorten(std::string_view text, int width);

/// Control characters, line breaks and bytes that are not UTF-8 made visible, so that no file's text steers the terminal.
std::string printable(std::string_view text);

}  // namespace crm
