#include "app/setting_reader.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/error.h"
#include "plan/spec_parse.h"
#include "plan/column_names.h"

namespace crm {
namespace {

struct TimeUnit {
  std::string_view name;
  std::int64_t milliseconds;
};

constexpr TimeUnit kTimeUnits[] = {{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1000}, {"ms", 1}};

constexpr std::string_view kTimeForms = "write it like 250ms, 30s, 5m, 12h or 7d";

/// The decimal size when it is a whole number of MB, else bytes: what parse_size reads back.
std::string size_word(std::uint64_t bytes) {
  if (bytes % 1'000'000 == 0) return fmt::format("{}MB", bytes / 1'000'000);
  return std::to_string(bytes);
}

}  // namespace

std::optional<std::chrono::milliseconds> parse_time(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (fault != std::errc{} || number < 0) return std::nullopt;
  const std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
  for (const TimeUnit& known : kTimeUnits) {
    if (unit != known.name && !(unit.empty() && known.milliseconds == 1)) continue;
    if (number > kLongestTime.count() / known.milliseconds) return std::nullopt;
    return std::chrono::milliseconds(number * known.milliseconds);
  }
  return std::nullopt;
}

std::string time_text(std::chrono::milliseconds time) {
  for (const TimeUnit& unit : kTimeUnits) {
    if (time.count() > 0 && time.count() % unit.milliseconds == 0) {
      return fmt::format("{}{}", time.count() / unit.milliseconds, unit.name);
    }
  }
  return "0ms";
}

void SettingReader::refuse(std::string_view option, const std::string& why) const {
  throw Error(ErrorCode::invalid_config, fmt::format("{}: {}", typed_.label(option), why));
}

void SettingReader::note(std::string_view option, std::vector<std::string> values) {
  noted_.emplace_back(option.substr(2), std::move(values));
}

std::string SettingReader::text(std::string_view option, std::string otherwise) {
  std::string value = typed_.one(option).value_or(std::move(otherwise));
  if (typed_.has(option) && value.empty()) refuse(option, "is empty; give a value or leave it out");
  note(option, value.empty() ? std::vector<std::string>{} : std::vector<std::string>{value});
  return value;
}

std::vector<std::string> SettingReader::texts(std::string_view option) {
  std::vector<std::string> values = typed_.all(option);
  note(option, values);
  return values;
}

std::string SettingReader::word(std::string_view option, const std::vector<std::string>& words) {
  std::string value = text(option, words.front());
  if (std::find(words.begin(), words.end(), value) == words.end()) {
    refuse(option, fmt::format("{} is not known; choose {}", shown(value), fmt::join(words, " or ")));
  }
  return value;
}

bool SettingReader::flag(std::string_view option) {
  const bool on = typed_.has(option);
  note(option, {on ? "yes" : "no"});
  return on;
}

int SettingReader::number(std::string_view option, int otherwise, int least, int most) {
  const auto text = typed_.one(option);
  const std::uint64_t value = text ? parse_count(typed_.label(option), *text) : static_cast<std::uint64_t>(otherwise);
  if (value < static_cast<std::uint64_t>(least) || value > static_cast<std::uint64_t>(most)) {
    refuse(option, fmt::format("{} is out of range; give {} to {}", value, least, most));
  }
  note(option, {std::to_string(value)});
  return static_cast<int>(value);
}

std::uint64_t SettingReader::size(std::string_view option, std::uint64_t otherwise, std::uint64_t least) {
  const auto text = typed_.one(option);
  const std::uint64_t bytes = text ? parse_size(typed_.label(option), *text) : otherwise;
  if (bytes < least) refuse(option, fmt::format("{} is too little; give at least {}", size_word(bytes), size_word(least)));
  note(option, {size_word(bytes)});
  return bytes;
}

std::optional<std::uint64_t> SettingReader::size_or_none(std::string_view option) {
  if (typed_.has(option)) return size(option, 0);
  note(option, {});
  return std::nullopt;
}

SettingReader::Duration SettingReader::time(std::string_view option, Duration otherwise, Duration least) {
  const auto text = typed_.one(option);
  const auto value = text ? parse_time(*text) : otherwise;
  if (!value) refuse(option, fmt::format("{} is no time; {}", shown(*text), kTimeForms));
  if (*value < least) refuse(option, fmt::format("{} is too short; give at least {}", time_text(*value), time_text(least)));
  note(option, {time_text(*value)});
  return *value;
}

std::optional<SettingReader::Duration> SettingReader::time_or_forever(std::string_view option, Duration otherwise) {
  if (typed_.one(option) == "forever") {
    note(option, {"forever"});
    return std::nullopt;
  }
  return time(option, otherwise, Duration(0));
}

}  // namespace crm
