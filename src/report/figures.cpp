#include "report/figures.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace crm {

std::string with_thousands(unsigned long long number) {
  std::string out = std::to_string(number);
  for (std::size_t at = out.size(); at > 3;) {
    at -= 3;
    out.insert(at, ",");
  }
  return out;
}

std::string short_count(double count) {
  if (count < 1e3) return fmt::format("{:.0f}", count);
  if (count < 999.5e3) return count < 9950 ? fmt::format("{:.1f}k", count / 1e3) : fmt::format("{:.0f}k", count / 1e3);
  return count < 9.95e6 ? fmt::format("{:.1f}M", count / 1e6) : fmt::format("{:.0f}M", count / 1e6);
}

std::string short_time(double seconds) {
  if (seconds < 0.995) return fmt::format("{:.2f} s", seconds);
  if (seconds < 59.95) return fmt::format("{:.1f} s", seconds);
  const auto whole = static_cast<std::uint64_t>(std::llround(seconds));
  return fmt::format("{} min {} s", whole / 60, whole % 60);
}

std::string clock_time(double seconds) {
  const auto whole = static_cast<std::uint64_t>(std::ceil(std::max(0.0, seconds)));
  if (whole < 3600) return fmt::format("{}:{:02}", whole / 60, whole % 60);
  return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
}

std::string short_bytes(std::uint64_t bytes) {
  const double b = static_cast<double>(bytes);
  if (bytes < 1000) return fmt::format("{} B", bytes);
  if (b < 999.5e3) return fmt::format("{:.0f} kB", b / 1e3);
  if (b < 9.95e6) return fmt::format("{:.1f} MB", b / 1e6);
  if (b < 999.5e6) return fmt::format("{:.0f} MB", b / 1e6);
  return fmt::format("{:.1f} GB", b / 1e9);
}

std::string percent(std::uint64_t part, std::uint64_t whole) {
  if (whole == 0) return "–";
  if (part == 0) return "0 %";
  if (part >= whole) return "100 %";
  const double share = 100.0 * static_cast<double>(part) / static_cast<double>(whole);
  return fmt::format("{:.1f} %", std::clamp(std::floor(share * 10 + 0.5) / 10, 0.1, 99.9));
}

std::string counted(std::uint64_t count, const std::string& one, const std::string& many) {
  return fmt::format("{} {}", with_thousands(count), count == 1 ? one : many);
}

}  // namespace crm
