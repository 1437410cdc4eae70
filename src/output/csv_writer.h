#pragma once

#include <string>
#include <string_view>
#include <vector>

// The one writer of CSV (contract, section 2.3): UTF-8 without BOM, LF, `,`; a field is quoted exactly when it holds the
// delimiter, a quote, CR or LF, or is the empty only field of its record.
namespace crm {

/// Appends one field's bytes, quoted where it must be.
void append_field(std::string_view text, char delimiter, std::string& out);

/// Appends a whole record with its LF. An empty only field is written as `""`.
void append_record(const std::vector<std::string_view>& fields, char delimiter, std::string& out);

}  // namespace crm
