#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/options.h"

namespace crm {

/// Reads the options of a service: each with its default, and each noted with what is in force.
///
/// Errors: invalid_config, one line that names the option, variable or place in the config file.
class SettingReader {
 public:
  using Duration = std::chrono::milliseconds;

  explicit SettingReader(const TypedOptions& typed) : typed_(typed) {}

  std::string text(std::string_view option, std::string otherwise = "");
  std::vector<std::string> texts(std::string_view option);
  /// One of `words`, the first of which is the default.
  std::string word(std::string_view option, const std::vector<std::string>& words);
  bool flag(std::string_view option);
  int number(std::string_view option, int otherwise, int least, int most);
  std::uint64_t size(std::string_view option, std::uint64_t otherwise, std::uint64_t least = 1);
  /// Nothing unless it is given.
  std::optional<std::uint64_t> size_or_none(std::string_view option);
  Duration time(std::string_view option, Duration otherwise, Duration least);
  /// Nothing for `forever`.
  std::optional<Duration> time_or_forever(std::string_view option, Duration otherwise);

  /// Notes a value that is read elsewhere.
  void note(std::string_view option, std::vector<std::string> values);
  [[noreturn]] void refuse(std::string_view option, const std::string& why) const;

  /// What is in force, an entry each: name without dashes, and values; none: not set.
  const std::vector<std::pair<std::string, std::vector<std::string>>>& noted() const { return noted_; }

 private:
  const TypedOptions& typed_;
  std::vector<std::pair<std::string, std::vector<std::string>>> noted_;
};

/// "250ms", "30s", "5m", "12h", "7d"; a plain number is milliseconds. Nothing for what is none, or is beyond kLongestTime.
std::optional<std::chrono::milliseconds> parse_time(std::string_view text);
inline constexpr std::chrono::milliseconds kLongestTime = std::chrono::hours(24 * 3660);

/// The shortest of the forms above that is exact.
std::string time_text(std::chrono::milliseconds time);

}  // namespace crm
