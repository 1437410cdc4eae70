#pragma once

#include <cstdint>
#include <string>
#include <string_view>

// Text of a page. Nothing that a user named reaches a page but through these.
namespace crm {

/// `text` for an element or a quoted attribute: `&`, `<`, `>` and both quotes as references, control characters as their
/// pictures, bytes that are not UTF-8 as U+FFFD.
std::string html_escaped(std::string_view text);

/// A name of the user's as an element: escaped, and kept from turning the text around it (`<bdi>`); a blank one is said so.
std::string html_name(std::string_view name);

/// A figure that a program can find again: `<data value="188" data-figure="matched_rows">188</data>`. `figure` is its path
/// in the JSON report, `columns.3.changed`; of letters, digits, `_` and `.` alone.
std::string html_figure(std::string_view figure, std::uint64_t value);

}  // namespace crm
