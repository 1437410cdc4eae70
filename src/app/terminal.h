#pragma once

#include <string>
#include <string_view>

#include "report/figures.h"
#include "report/plain_text.h"

namespace crm {

/// How text is shown: set once, from standard error and the environment.
struct Display {
  bool terminal = false;  ///< bars and redrawn lines
  bool colour = false;    ///< a terminal, and neither NO_COLOR nor TERM=dumb
  int width = 100;        ///< columns
};

/// What the descriptor is: standard error, unless said otherwise.
Display detect_display(int fd = 2);

/// `text` filled with spaces on the right (or left) to `width` columns.
std::string pad(std::string_view text, int width);
std::string pad_left(std::string_view text, int width);

/// `text` broken at spaces into lines of at most `width` columns; lines after the first begin with `indent` spaces.
/// The first line is taken to begin at column `indent` already.
std::string wrap(std::string_view text, int width, int indent);

enum class Colour { none, bold, dim, green, yellow, red, cyan };

/// `text` in a colour, if `display` has colours.
std::string paint(const Display& display, Colour colour, std::string_view text);

/// A bar of `width` columns of which `share` (0 to 1) is filled, in eighths.
std::string bar(double share, int width);

}  // namespace crm
