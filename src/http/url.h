#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace crm {

/// `text` with its %XX undone; nothing if one is broken or gives a NUL, or the result is not UTF-8. Source:
/// RFC 3986, 2.1.
std::optional<std::string> percent_decoded(std::string_view text);

/// `text` as it may stand in one component of a path or a query.
std::string percent_encoded(std::string_view text);

/// The names and values of a query ("a=1&b=%20"); `+` is a space. Nothing if an escape is broken.
std::optional<std::vector<std::pair<std::string, std::string>>> parse_query(std::string_view query);

/// The components of a path that begins with "/", each decoded; nothing for a path that tries tricks: an
/// empty or dot component, an escaped slash, a broken escape, a control character. "/" has none.
std::optional<std::vector<std::string>> path_components(std::string_view path);

}  // namespace crm
