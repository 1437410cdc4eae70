#pragma once

#include <string>
#include <string_view>
#include <vector>

// The one writer of CSV (contract, section 2.3): UTF-8 without BOM, LF, `,`; a field is quoted exactly when it holds the
// delimiter, a quote, CR or LF, or is the empty only field of its record.
namespace crm {

/// Appends one field's bytes, quoted where it must be.
void append_field(std::string_view text, char delimiter, std::string& out);

/// True if a field of this text must be quoted.
bool needs_quotes(std::string_view text, char delimiter);

/// Appends `text` as it stands inside quotes: a part of a field at a time, where the whole would be too much.
void append_doubling_quotes(std::string_view text, std::string& out);

/// Appends a whole record with its LF. An empty only field is written as `""`.
void append_record(const std::vector<std::string_view>& fields, char delimiter, std::string& out);

}  // namespace crm
