#pragma once

#include <optional>
#include <string_view>

namespace crm {

/// Which field of a CRM a header spells, by the shipped table.
struct SynonymMatch {
  std::string_view field;  ///< its first spelling in the table
  int field_index = 0;
  int spelling = 0;  ///< position among the field's spellings: the lower, the surer
};

/// Nothing for a header that the table does not have. The table knows the headers of HubSpot, Salesforce,
/// Apollo, ZoomInfo, LinkedIn, Pipedrive, Google and Outlook exports.
std::optional<SynonymMatch> synonym_of(std::string_view header);

}  // namespace crm
