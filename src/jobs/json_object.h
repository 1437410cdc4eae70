#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

// JSON that somebody else wrote, read with messages that say where it is wrong.
namespace crm {

/// What a JSON text may be.
struct JsonLimits {
  std::size_t bytes = 256u << 10;
  std::size_t depth = 32;
};

/// Reads `text`, one JSON value. `what` begins the message: "job data". Errors: invalid_config for text that
/// is no JSON or is nested too deeply, limit_exceeded for more than the bytes allowed.
nlohmann::ordered_json parse_json(std::string_view what, std::string_view text,
                                  const JsonLimits& limits = {});

/// A text within JSON may not be longer.
inline constexpr std::size_t kMaxJsonTextBytes = 16u << 10;
/// A list within JSON may not have more items; a spec names columns, and no file has more.
inline constexpr std::size_t kMaxJsonItems = 20'000;

/// One JSON object, read key by key; `refuse_unknown` at the end refuses the keys that nobody asked for.
///
/// Every error is invalid_config, one line that begins with the value's path ("spec.strategy: …").
/// Lifetime: points into the value it was made from.
class JsonObject {
 public:
  /// `path` is where the object stands, "" for the whole text. Errors: `value` is no object.
  JsonObject(const nlohmann::ordered_json& value, std::string path);

  /// The value of `key`, null if it is not there or is JSON's null.
  const nlohmann::ordered_json* find(std::string_view key);
  std::string path_of(std::string_view key) const;

  std::optional<std::string> text(std::string_view key);
  std::string required_text(std::string_view key);
  std::optional<bool> flag(std::string_view key);
  /// A whole number from 0 to `most`.
  std::optional<std::uint64_t> count(std::string_view key, std::uint64_t most);
  /// A list of texts; nothing if the key is not there.
  std::optional<std::vector<std::string>> texts(std::string_view key);
  /// Calls `item` with each value of the list at `key` and its path.
  void each_item(std::string_view key,
                 const std::function<void(const nlohmann::ordered_json&, const std::string&)>& item);
  /// Calls `member` with each name and value of the object at `key` and the value's path.
  void each_member(std::string_view key,
                   const std::function<void(const std::string&, const nlohmann::ordered_json&,
                                            const std::string&)>& member);

  /// The keys that were not asked for, in order.
  std::vector<std::string> unknown_keys() const;
  /// Errors: a key that was not asked for, with the one probably meant.
  void refuse_unknown() const;

 private:
  const nlohmann::ordered_json& value_;
  std::string path_;
  std::set<std::string, std::less<>> asked_;
};

/// The text that `value` is. Errors: invalid_config if it is none or too long.
std::string json_text(const nlohmann::ordered_json& value, const std::string& path);
std::vector<std::string> json_texts(const nlohmann::ordered_json& value, const std::string& path);

}  // namespace crm
