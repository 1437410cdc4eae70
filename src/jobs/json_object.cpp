#include "jobs/json_object.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "plan/column_names.h"

namespace crm {
namespace {

using nlohmann::ordered_json;

[[noreturn]] void refuse(const std::string& path, std::string_view what) {
  throw Error(ErrorCode::invalid_config,
              path.empty() ? std::string(what) : fmt::format("{}: {}", path, what));
}

[[noreturn]] void refuse_type(const std::string& path, std::string_view wanted, const ordered_json& value) {
  refuse(path, fmt::format("expected {}, found {}", wanted, value.type_name()));
}

std::string join_path(std::string_view path, std::string_view key) {
  return path.empty() ? std::string(key) : fmt::format("{}.{}", path, key);
}

}  // namespace

ordered_json parse_json(std::string_view what, std::string_view text, const JsonLimits& limits) {
  if (text.size() > limits.bytes) {
    throw Error(ErrorCode::limit_exceeded,
                fmt::format("{}: {} bytes of JSON; at most {} are read", what, text.size(), limits.bytes));
  }
  const auto check_depth = [&](int depth, ordered_json::parse_event_t, ordered_json&) {
    if (depth > static_cast<int>(limits.depth)) {
      throw Error(ErrorCode::invalid_config,
                  fmt::format("{}: JSON nested deeper than {}", what, limits.depth));
    }
    return true;
  };
  try {
    return ordered_json::parse(text, check_depth);
  } catch (const ordered_json::parse_error& fault) {
    // The library's message quotes the text, which may be somebody's data: only the place is told.
    throw Error(
        ErrorCode::invalid_config,
        fmt::format("{}: not JSON at byte {}; check quotes, commas and brackets there", what, fault.byte));
  }
}

std::string json_text(const ordered_json& value, const std::string& path) {
  if (!value.is_string()) refuse_type(path, "a text", value);
  const auto& text = value.get_ref<const std::string&>();
  if (text.size() > kMaxJsonTextBytes) refuse(path, fmt::format("longer than {} bytes", kMaxJsonTextBytes));
  return text;
}

std::vector<std::string> json_texts(const ordered_json& value, const std::string& path) {
  if (!value.is_array()) refuse_type(path, "a list of texts", value);
  if (value.size() > kMaxJsonItems) refuse(path, fmt::format("more than {} items", kMaxJsonItems));
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < value.size(); ++i)
    texts.push_back(json_text(value[i], fmt::format("{}[{}]", path, i)));
  return texts;
}

JsonObject::JsonObject(const ordered_json& value, std::string path) : value_(value), path_(std::move(path)) {
  if (!value.is_object()) refuse_type(path_, "an object", value);
}

const ordered_json* JsonObject::find(std::string_view key) {
  asked_.emplace(key);
  const auto found = value_.find(std::string(key));
  return found == value_.end() || found->is_null() ? nullptr : &*found;
}

std::string JsonObject::path_of(std::string_view key) const { return join_path(path_, key); }

std::optional<std::string> JsonObject::text(std::string_view key) {
  const ordered_json* value = find(key);
  if (!value) return std::nullopt;
  return json_text(*value, path_of(key));
}

std::string JsonObject::required_text(std::string_view key) {
  auto found = text(key);
  if (!found || found->empty()) refuse(path_of(key), "is missing");
  return *std::move(found);
}

std::optional<bool> JsonObject::flag(std::string_view key) {
  const ordered_json* value = find(key);
  if (!value) return std::nullopt;
  if (!value->is_boolean()) refuse_type(path_of(key), "true or false", *value);
  return value->get<bool>();
}

std::optional<std::uint64_t> JsonObject::count(std::string_view key, std::uint64_t most) {
  const ordered_json* value = find(key);
  if (!value) return std::nullopt;
  if (!value->is_number_unsigned() || value->get<std::uint64_t>() > most) {
    refuse(path_of(key), fmt::format("expected a whole number from 0 to {}", most));
  }
  return value->get<std::uint64_t>();
}

std::optional<std::vector<std::string>> JsonObject::texts(std::string_view key) {
  const ordered_json* value = find(key);
  if (!value) return std::nullopt;
  return json_texts(*value, path_of(key));
}

void JsonObject::each_item(std::string_view key,
                           const std::function<void(const ordered_json&, const std::string&)>& item) {
  const ordered_json* value = find(key);
  if (!value) return;
  const std::string path = path_of(key);
  if (!value->is_array()) refuse_type(path, "a list", *value);
  if (value->size() > kMaxJsonItems) refuse(path, fmt::format("more than {} items", kMaxJsonItems));
  for (std::size_t i = 0; i < value->size(); ++i) item((*value)[i], fmt::format("{}[{}]", path, i));
}

void JsonObject::each_member(
    std::string_view key,
    const std::function<void(const std::string&, const ordered_json&, const std::string&)>& member) {
  const ordered_json* value = find(key);
  if (!value) return;
  const std::string path = path_of(key);
  if (!value->is_object()) refuse_type(path, "an object", *value);
  if (value->size() > kMaxJsonItems) refuse(path, fmt::format("more than {} keys", kMaxJsonItems));
  for (const auto& [name, inner] : value->items())
    member(name, inner, fmt::format("{}[{}]", path, shown(name)));
}

std::vector<std::string> JsonObject::unknown_keys() const {
  std::vector<std::string> unknown;
  for (const auto& [key, value] : value_.items()) {
    if (!asked_.contains(key)) unknown.push_back(key);
  }
  return unknown;
}

void JsonObject::refuse_unknown() const {
  for (const std::string& key : unknown_keys()) {
    const auto meant = probably_meant(key, {asked_.begin(), asked_.end()});
    refuse(path_,
           fmt::format("{} is no key here{}", shown(key),
                       meant ? fmt::format(" (did you mean {}?)", *meant) : std::string("; leave it out")));
  }
}

}  // namespace crm
