#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/spec.h"

// What a header says about its column, by the spellings that CRMs and vendors use.
namespace crm {

/// How the values of a column are compared, and whether they can tell who a row is.
struct HeaderMeaning {
  Kind kind = Kind::exact;
  /// False for the phone, LinkedIn page or mailbox of a company, an owner or an assistant: compared as its
  /// kind, but never taken for the person's own.
  bool identifies = false;
};

/// Nothing where the header names none of the kinds; never Kind::exact.
std::optional<HeaderMeaning> meaning_of_header(std::string_view header);

/// `fold_name` without what systems put around a name: Salesforce's `__c`, Fivetran's `property_`.
std::string bare_name(std::string_view header);

/// True if a header means the identity that the CRM itself gave a record: "Record ID", "Contact ID", "Id".
bool is_record_id_name(std::string_view header);

/// True for the record ids of companies, which a file of people only refers to: "Account ID".
bool is_company_id_name(std::string_view header);

/// The column by which the CRM knows the rows of this file again; nothing if none says so.
std::optional<int> detect_record_id(const std::vector<std::string>& header);

/// Why the column is the CRM's own business and not a vendor's: "record id", "owner", "lifecycle", "stage",
/// "opt-out"; empty if it is not.
std::string_view protection_of_header(std::string_view header);

}  // namespace crm
