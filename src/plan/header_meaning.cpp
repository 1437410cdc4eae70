#include "plan/header_meaning.h"

#include <algorithm>
#include <initializer_list>

#include "base/text.h"

namespace crm {
namespace {

using Words = std::initializer_list<std::string_view>;

bool one_of(std::string_view text, Words words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

bool holds_any(std::string_view text, Words words) {
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return text.find(word) != std::string_view::npos; });
}

/// `text` = before + core + after, for the first of `cores` that is in it.
struct Parts {
  std::string_view before, after;
};

std::optional<Parts> around(std::string_view text, Words cores) {
  for (std::string_view core : cores) {
    const std::size_t at = text.find(core);
    if (at != std::string_view::npos) return Parts{text.substr(0, at), text.substr(at + core.size())};
  }
  return std::nullopt;
}

/// A running number, with Google's "Value" or Outlook's "Address" after it: "", "2", "1value", "2address".
bool is_counter(std::string_view text) {
  const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  return digits <= 2 && one_of(text.substr(digits), {"", "value", "address"});
}

bool ends_with_any(std::string_view text, Words words) {
  return std::any_of(words.begin(), words.end(), [&](std::string_view word) { return text.ends_with(word); });
}

/// Whose mailbox or phone it is, if not the person's.
bool is_of_others(std::string_view before) {
  return ends_with_any(
      before, {"company", "organization", "organisation", "account", "owner", "manager", "manager's",
               "assistant", "assistant's", "support", "billing", "invoice", "general", "info", "emergency"});
}

std::optional<HeaderMeaning> email_meaning(std::string_view name) {
  if (one_of(name, {"mail", "mailadresse", "correo", "correoelectronico", "correoelectrónico", "courriel"})) {
    return HeaderMeaning{Kind::email, true};
  }
  const auto parts =
      around(name, {"emailaddresses", "emailaddress", "emailadresse", "emailid", "emails", "email"});
  if (!parts || !(is_counter(parts->after) || one_of(parts->after, {"work", "home", "other", "personal"}))) {
    return std::nullopt;
  }
  if (one_of(parts->before, {"",
                             "work",
                             "business",
                             "personal",
                             "primary",
                             "secondary",
                             "tertiary",
                             "other",
                             "main",
                             "alternate",
                             "alternative",
                             "additional",
                             "supplemental",
                             "home",
                             "private",
                             "contact",
                             "person",
                             "people",
                             "lead",
                             "professional",
                             "direct",
                             "best",
                             "verified",
                             "corporate",
                             "customer",
                             "user",
                             "member",
                             "prospect",
                             "adresse",
                             "contactwork",
                             "contactpersonal",
                             "recommended",
                             "recommendedwork",
                             "recommendedpersonal",
                             "enriched",
                             "current",
                             "office",
                             "your",
                             "client",
                             "student",
                             "employee",
                             "buyer",
                             "first",
                             "second",
                             "third"})) {
    return HeaderMeaning{Kind::email, true};
  }
  if (is_of_others(parts->before)) return HeaderMeaning{Kind::email, false};
  return std::nullopt;
}

std::optional<HeaderMeaning> phone_meaning(std::string_view name) {
  if (holds_any(name, {"fax", "telex"})) {
    if (holds_any(name, {"optout", "optedout", "donot"})) return std::nullopt;
    return HeaderMeaning{Kind::phone, false};
  }
  if (one_of(name, {"mobile",        "cell",         "tel",          "handy",         "telefon",
                    "telefono",      "teléfono",     "téléphone",    "directdial",    "directline",
                    "mobil",         "mobilenumber", "cellnumber",   "telno",         "mobileno",
                    "contactnumber", "contactno",    "directnumber", "telefonnummer", "mobilnummer"})) {
    return HeaderMeaning{Kind::phone, true};
  }
  if (one_of(name, {"switchboard", "switchboardnumber", "hqnumber", "callback", "pager"})) {
    return HeaderMeaning{Kind::phone, false};
  }
  const auto parts = around(name, {"telephone", "phone"});
  if (!parts) return std::nullopt;
  std::string_view after = parts->after;
  for (std::string_view word : {"numbers", "number", "no", "s"}) {
    if (after.starts_with(word)) {
      after.remove_prefix(word.size());
      break;
    }
  }
  if (!is_counter(after) && !one_of(after, {"#", "work", "mobile", "home", "other"})) return std::nullopt;
  const std::string_view before = parts->before;
  if (is_of_others(before) || ends_with_any(before, {"corporate", "main", "headquarters", "hq", "switchboard",
                                                     "central", "reception", "tollfree", "shipping"})) {
    return HeaderMeaning{Kind::phone, false};
  }
  if (one_of(before,
             {"",         "work",          "direct",        "workdirect",   "directdial", "mobile",
              "cell",     "cellular",      "home",          "business",     "other",      "personal",
              "primary",  "secondary",     "alternate",     "additional",   "contact",    "person",
              "lead",     "office",        "car",           "private",      "first",      "second",
              "third",    "contactmobile", "contactdirect", "personmobile", "workmobile", "supplemental",
              "verified", "best",          "enriched",      "customer",     "client",     "user",
              "member",   "prospect",      "daytime",       "evening",      "tel",        "mailing",
              "smart"})) {
    return HeaderMeaning{Kind::phone, true};
  }
  return std::nullopt;
}

std::optional<HeaderMeaning> linkedin_meaning(std::string_view name) {
  const auto parts = around(name, {"linkedin"});
  if (!parts) return std::nullopt;
  std::string_view after = parts->after;
  if (one_of(name, {"urllinkedin", "profileurllinkedin"})) return HeaderMeaning{Kind::linkedin, true};
  const bool company = holds_any(
      name, {"company", "organization", "organisation", "account", "corporate", "business", "employer"});
  for (std::string_view word :
       {"contact", "person", "company", "organization", "account", "member", "public"}) {
    if (after.starts_with(word)) after.remove_prefix(word.size());
  }
  if (!one_of(after, {"", "url", "urls", "profile", "profileurl", "link", "profilelink", "page", "pageurl",
                      "address", "handle", "uri", "vanityurl"})) {
    return std::nullopt;
  }
  if (company) return HeaderMeaning{Kind::linkedin, false};
  if (!one_of(parts->before, {"", "person", "people", "personal", "contact", "lead", "member", "public",
                              "user", "prospect", "profile", "hs", "employee", "candidate", "enriched"})) {
    return std::nullopt;
  }
  return HeaderMeaning{Kind::linkedin, true};
}

std::optional<HeaderMeaning> domain_meaning(std::string_view name) {
  for (std::string_view core : {"website", "webpage", "homepage", "webaddress", "domainname", "domain"}) {
    const auto parts = around(name, {core});
    if (!parts) continue;
    if (!one_of(parts->after, {"", "url", "s", "address", "link", "1value", "2value"})) continue;
    if (!one_of(parts->before,
                {"", "company", "corporate", "organization", "organisation", "account", "business", "email",
                 "primary", "website", "companywebsite", "companyemail", "root", "work", "employer"})) {
      continue;
    }
    return HeaderMeaning{Kind::domain, true};
  }
  if (one_of(name, {"web", "companyurl", "organizationurl", "accounturl"}))
    return HeaderMeaning{Kind::domain, true};
  return std::nullopt;
}

/// The ids of records in order of trust: of the row's own record first.
constexpr std::string_view kRecordIds[] = {
    "recordid",
    "hubspotrecordid",
    "recordidcontact",
    "recordidcompany",
    "hsobjectid",
    "hubspotid",
    "hubspotcontactid",
    "crmrecordid",
    "crmid",
    "objectid",
    "id",
    "contactid",
    "contactid18",
    "leadid",
    "leadid18",
    "personid",
    "salesforceid",
    "salesforcerecordid",
    "salesforcecontactid",
    "salesforceleadid",
    "sfdcid",
    "casesafeid",
    "id18",
    "dealid",
    "opportunityid",
};
constexpr std::string_view kCompanyIds[] = {"accountid",       "accountid18",    "companyid",
                                            "organizationid",  "organisationid", "salesforceaccountid",
                                            "hubspotcompanyid"};

}  // namespace

std::string bare_name(std::string_view header) {
  const std::string_view trimmed = trim(header);
  const std::string lowered = lower(trimmed);
  const bool custom_field = lowered.size() > 3 && lowered.ends_with("__c");
  std::string name = fold_name(custom_field ? trimmed.substr(0, trimmed.size() - 3) : trimmed);
  if (lowered.starts_with("property_") && name.size() > 8) name.erase(0, 8);
  return name;
}

std::optional<HeaderMeaning> meaning_of_header(std::string_view header) {
  const std::string name = bare_name(header);
  if (is_record_id_name(header)) return HeaderMeaning{Kind::id, true};
  if (auto meaning = linkedin_meaning(name)) return meaning;
  if (auto meaning = domain_meaning(name)) return meaning;
  if (auto meaning = email_meaning(name)) return meaning;
  return phone_meaning(name);
}

bool is_company_id_name(std::string_view header) {
  const std::string name = bare_name(header);
  return std::find(std::begin(kCompanyIds), std::end(kCompanyIds), name) != std::end(kCompanyIds);
}

bool is_record_id_name(std::string_view header) {
  const std::string name = bare_name(header);
  return std::find(std::begin(kRecordIds), std::end(kRecordIds), name) != std::end(kRecordIds) ||
         is_company_id_name(header);
}

std::optional<int> detect_record_id(const std::vector<std::string>& header) {
  const auto find = [&](const auto& names) -> std::optional<int> {
    for (std::string_view name : names) {
      for (std::size_t i = 0; i < header.size(); ++i) {
        if (bare_name(header[i]) == name) return static_cast<int>(i);
      }
    }
    return std::nullopt;
  };
  if (const auto own = find(kRecordIds)) return own;
  // In a file of people the account's id is a reference that many rows share.
  for (const std::string& name : header) {
    if (one_of(bare_name(name),
               {"firstname", "lastname", "givenname", "familyname", "jobtitle", "fullname"})) {
      return std::nullopt;
    }
    const auto meaning = meaning_of_header(name);
    if (meaning && meaning->identifies && meaning->kind == Kind::email) return std::nullopt;
  }
  return find(kCompanyIds);
}

std::string_view protection_of_header(std::string_view header) {
  if (is_record_id_name(header)) return "record id";
  const std::string name = bare_name(header);
  if (holds_any(name, {"lifecycle"})) return "lifecycle";
  if (holds_any(name, {"optout", "optedout", "optin", "optedin", "unsubscrib", "donotcall", "donotemail",
                       "donotmail", "donotcontact", "donottext"}) ||
      one_of(name, {"dnc", "suppressed"})) {
    return "opt-out";
  }
  // Not every owner is a colleague's name: "Ownership" is a company's, "Home Owner" a household's.
  const std::size_t owner = name.rfind("owner");
  if (owner != std::string::npos) {
    const std::string_view before = std::string_view(name).substr(0, owner),
                           after = std::string_view(name).substr(owner + 5);
    const bool of_record =
        !one_of(before, {"home", "business", "property", "vehicle", "pet", "car", "brand", "co"});
    if (of_record && one_of(after, {"", "id", "name", "fullname", "email", "username", "alias",
                                    "assigneddate", "role", "userid", "firstname", "lastname"})) {
      return "owner";
    }
  }
  // A funding, growth or company stage is a fact about the company; these are the seller's own.
  const auto stage = around(name, {"stagename", "stageid", "stage"});
  if (stage && stage->after.empty() &&
      one_of(stage->before,
             {"", "deal", "opportunity", "opp", "pipeline", "lead", "contact", "account", "sales", "customer",
              "prospect", "person", "hubspot", "crm", "sequence", "current"})) {
    return "stage";
  }
  return "";
}

}  // namespace crm
