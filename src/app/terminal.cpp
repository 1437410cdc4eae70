#include "app/terminal.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <sys/ioctl.h>
#include <unistd.h>

#include <fmt/format.h>

namespace crm {
namespace {

constexpr int kNarrowest = 60;
constexpr int kWidest = 120;

std::string_view colour_code(Colour colour) {
  switch (colour) {
    case Colour::none: return "";
    case Colour::bold: return "\x1b[1m";
    case Colour::dim: return "\x1b[2m";
    case Colour::green: return "\x1b[32m";
    case Colour::yellow: return "\x1b[33m";
    case Colour::red: return "\x1b[31m";
    case Colour::cyan: return "\x1b[36m";
  }
  return "";
}

}  // namespace

Display detect_display(int fd) {
  Display display;
  display.terminal = isatty(fd) == 1;
  const char* no_colour = std::getenv("NO_COLOR");
  const char* term = std::getenv("TERM");
  const bool dumb = !term || std::string_view(term) == "dumb";
  display.colour = display.terminal && !dumb && !(no_colour && *no_colour);
  winsize size{};
  if (display.terminal && ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
    display.width = std::clamp<int>(size.ws_col, kNarrowest, kWidest);
  }
  return display;
}

std::string pad(std::string_view text, int width) {
  const int missing = std::max(0, width - display_width(text));
  return std::string(text) + std::string(static_cast<std::size_t>(missing), ' ');
}

std::string pad_left(std::string_view text, int width) {
  const int missing = std::max(0, width - display_width(text));
  return std::string(static_cast<std::size_t>(missing), ' ') + std::string(text);
}

std::string wrap(std::string_view text, int width, int indent) {
  std::string out;
  int column = indent;
  bool begun = false;
  while (!text.empty()) {
    const std::size_t space = text.find(' ');
    const std::string_view word = text.substr(0, space);
    text.remove_prefix(space == std::string_view::npos ? text.size() : space + 1);
    if (word.empty()) continue;
    const int w = display_width(word);
    if (begun && column + 1 + w > width) {
      out += "\n" + std::string(static_cast<std::size_t>(indent), ' ');
      column = indent;
    } else if (begun) {
      out += ' ';
      ++column;
    }
    out += word;
    column += w;
    begun = true;
  }
  return out;
}

std::string paint(const Display& display, Colour colour, std::string_view text) {
  if (!display.colour || colour == Colour::none) return std::string(text);
  return fmt::format("{}{}\x1b[0m", colour_code(colour), text);
}

std::string bar(double share, int width) {
  static constexpr std::string_view kEighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  const double clamped = std::isfinite(share) ? std::clamp(share, 0.0, 1.0) : 0.0;
  const int eighths = static_cast<int>(clamped * width * 8);
  std::string out;
  int used = 0;
  for (; used < eighths / 8; ++used) out += "█";
  if (eighths % 8 != 0) {
    out += kEighths[eighths % 8];
    ++used;
  }
  for (; used < width; ++used) out += "░";
  return out;
}

}  // namespace crm
