#include "app/spec_location.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>

#include "plan/column_names.h"

namespace crm {
namespace {

/// The key of a message's option: "strategy-for" of "--strategy-for: there is no column …"; empty without one.
std::string_view key_of_message(std::string_view message) {
  if (!message.starts_with("--")) return {};
  message.remove_prefix(2);
  return message.substr(0, message.find_first_not_of("abcdefghijklmnopqrstuvwxyz-"));
}

}  // namespace

Error located(const Error& error, const SpecFile& file, const TypedOptions& typed) {
  const std::string key(key_of_message(error.message()));
  const auto found = file.places.find({key, ""});
  if (error.code() != ErrorCode::invalid_config || found == file.places.end()) return error;
  const std::string option = "--" + key;
  auto place = found;
  std::size_t first = std::string::npos;  // candidates, which stand behind the name that is wrong, may be entries too
  for (auto entry = std::next(found); entry != file.places.end() && entry->first.first == key; ++entry) {
    const std::size_t at = error.message().find(shown(entry->first.second));
    if (at < first) place = entry;
    first = std::min(first, at);
  }
  // Where the option was typed too, only an entry that the message names, and nobody typed, is surely the file's.
  for (const std::string& text : typed.all(option)) {
    if (place == found || text.find(place->first.second) != std::string::npos) return error;
  }
  return {error.code(), spec_error(file.path, place->second, std::string_view(error.message()).substr(2)).message(), error.details()};
}

}  // namespace crm
