// Whatever is typed after an option is either understood or an error that names the option.
// The first byte chooses the parser, the rest is the text.
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "plan/spec_parse.h"

namespace {

constexpr std::string_view kOption = "--option";

[[noreturn]] void fail(std::string_view why, std::string_view text) {
  std::cerr << why << ": " << text << "\n";
  std::abort();
}

/// The items as a list that must mean them.
std::string as_list(const std::vector<std::string>& items) {
  std::string list;
  for (const auto& item : items) {
    if (!list.empty()) list += ',';
    list += '"';
    for (const char c : item) {
      if (c == '"') list += '"';
      list += c;
    }
    list += '"';
  }
  return list;
}

void check_list(std::string_view text) {
  const auto items = crm::parse_list(kOption, text);
  if (crm::parse_list(kOption, as_list(items)) != items) fail("a list that is quoted means something else", text);
}

void check_number(std::uint64_t value, std::string_view text) {
  if (crm::parse_count(kOption, std::to_string(value)) != value) fail("a number that is printed means another", text);
}

using Parser = std::function<void(std::string_view)>;

const std::array kParsers = {
    Parser(check_list),
    Parser([](std::string_view text) { crm::parse_blank_list(kOption, text); }),
    Parser([](std::string_view text) { crm::parse_on(kOption, text); }),
    Parser([](std::string_view text) { crm::parse_assignment(kOption, text, "A=B"); }),
    Parser([](std::string_view text) { crm::parse_map(kOption, text, {"apollo", "zoom:info"}); }),
    Parser([](std::string_view text) { crm::parse_kind(kOption, text); }),
    Parser([](std::string_view text) { crm::parse_strategy_for(kOption, text); }),
    Parser([](std::string_view text) { crm::parse_policy_for(kOption, text); }),
    Parser([](std::string_view text) { crm::parse_match_mode(kOption, text); }),
    Parser([](std::string_view text) { crm::parse_prefer(kOption, text); }),
    Parser([](std::string_view text) { crm::parse_columns_for(kOption, text); }),
    Parser([](std::string_view text) { crm::parse_max_shared(kOption, text); }),
    Parser([](std::string_view text) { check_number(crm::parse_count(kOption, text), text); }),
    Parser([](std::string_view text) { check_number(crm::parse_size(kOption, text), text); }),
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  try {
    kParsers[data[0] % kParsers.size()](text);
  } catch (const crm::Error& error) {
    if (error.code() != crm::ErrorCode::invalid_config) fail("not an error of usage", text);
    if (!error.message().starts_with(kOption)) fail("an error that does not name its option", error.message());
  }
  return 0;
}
