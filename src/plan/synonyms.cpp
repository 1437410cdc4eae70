#include "plan/synonyms.h"

#include <string>
#include <unordered_map>
#include <vector>

#include "plan/header_meaning.h"

namespace crm {
namespace {

/// A line is one field; its spellings from the surest to the least sure. Spellings are compared by
/// `bare_name`, so "FirstName", "FIRST_NAME" and "property_firstname" are "First Name". What is a company's
/// is never a person's, and a field never holds two things of which one row may have both (work and mobile
/// phone, first and second e-mail). Amounts in units that differ between systems (revenue in thousands,
/// ranges) and the CRM's own fields (owner, source) are not here.
const std::vector<std::vector<std::string_view>>& table() {
  static const std::vector<std::vector<std::string_view>> fields = {
      {"Full Name", "Person - Name", "Contact Name", "Person Name", "Contact Full Name", "Lead Name"},
      {"First Name", "Given Name", "Contact First Name", "Person First Name", "Forename"},
      {"Middle Name", "Additional Name", "Contact Middle Name"},
      {"Last Name", "Family Name", "Surname", "Contact Last Name", "Person Last Name"},
      {"Name Prefix", "Salutation", "Honorific"},
      {"Name Suffix", "Suffix"},
      {"Nickname", "Preferred Name"},
      {"Job Title", "Title", "Position", "Person Title", "Contact Title", "Current Title", "Current Position",
       "Person - Job Title", "Contact Job Title", "Occupation", "Job Position"},
      {"Job Function", "Function"},
      {"Seniority", "Management Level", "Seniority Level", "Job Level", "Job Seniority"},
      {"Department", "Departments", "Contact Department"},

      {"Email", "Email Address", "E-mail", "E-mail Address", "Work Email", "Business Email",
       "Work Email Address", "Primary Email", "E-mail 1 - Value", "Person - Email", "Contact Email",
       "Person Email", "Lead Email", "Corporate Email", "Professional Email", "Email 1",
       "Contact Work Email"},
      {"Secondary Email", "Email 2", "E-mail 2 Address", "E-mail 2 - Value", "Alternate Email",
       "Supplemental Email", "Other Email", "Additional Email"},
      {"Tertiary Email", "Email 3", "E-mail 3 Address", "E-mail 3 - Value"},
      {"Personal Email", "Home Email", "Private Email", "Personal Email Address"},

      {"Phone",
       "Phone Number",
       "Work Phone",
       "Business Phone",
       "Work Direct Phone",
       "Direct Phone",
       "Direct Phone Number",
       "Direct Dial",
       "Telephone",
       "Telephone Number",
       "Office Phone",
       "Person - Phone",
       "Contact Phone",
       "Phone 1 - Value",
       "Primary Phone",
       "Contact Phone Number",
       "Work Phone Number",
       "Tel",
       "Phone 1",
       "Direct Dial Phone Number"},
      {"Mobile Phone", "Mobile Phone Number", "Mobile", "Cell Phone", "Mobile Number", "Cell",
       "Cell Phone Number", "Contact Mobile Phone", "Person - Phone - Mobile"},
      {"Home Phone", "Home Phone Number", "Person - Phone - Home"},
      {"Other Phone", "Other Phone Number", "Secondary Phone", "Phone 2 - Value", "Phone 2",
       "Business Phone 2"},
      {"Company Phone", "Corporate Phone", "Company Phone Number", "Company HQ Phone", "Company Main Phone",
       "Main Phone", "Account Phone", "HQ Phone", "Organization - Phone", "Organization Phone",
       "Corporate Phone Number"},
      {"Fax", "Fax Number", "Business Fax", "Company Fax", "Work Fax"},

      {"Company", "Company Name", "Account Name", "Organization Name", "Organization - Name", "Organization",
       "Organisation", "Associated Company", "Company / Account", "Employer", "Current Company",
       "Organisation Name", "Person - Organization", "Primary Associated Company", "Company or Account"},
      {"Website", "Website URL", "Company Website", "Web Page", "Web Site", "Website 1 - Value",
       "Organization - Website", "Account Website", "Homepage", "Organization Website",
       "Company Website URL"},
      {"Company Domain Name", "Company Domain", "Domain", "Domain Name", "Website Domain",
       "Organization Domain"},
      {"Email Domain", "Work Email Domain"},
      {"Industry", "Primary Industry", "Company Industry", "Account Industry", "Organization - Industry"},
      {"Number of Employees", "# Employees", "Employees", "Employee Count", "Company Employee Count",
       "Num Employees", "No. of Employees", "Organization Num Employees", "Company Number of Employees",
       "Number Employees"},
      {"Annual Revenue", "Company Annual Revenue"},
      {"Founded Year", "Year Founded", "Company Founded Year", "Organization Founded Year", "Founded"},
      {"Total Funding", "Total Money Raised"},
      {"Ticker Symbol", "Ticker", "Stock Ticker"},
      {"SIC Code", "SIC", "Primary SIC Code", "SIC Code 1"},
      {"NAICS Code", "NAICS", "Primary NAICS Code", "NAICS Code 1"},
      {"Technologies", "Web Technologies", "Company Technologies"},
      {"Company Description", "About Us", "Company Overview", "Account Description"},

      {"LinkedIn URL", "Person Linkedin Url", "LinkedIn Profile", "LinkedIn", "LinkedIn Profile URL",
       "LinkedIn Contact Profile URL", "Contact LinkedIn URL", "Person LinkedIn", "Contact LinkedIn",
       "LinkedIn Link", "Personal LinkedIn URL", "LinkedIn Public Profile", "LinkedIn Profile Link",
       "HS LinkedIn URL"},
      {"Company LinkedIn URL", "LinkedIn Company Page", "LinkedIn Company Profile URL", "Company LinkedIn",
       "Company LinkedIn Page", "Organization LinkedIn URL", "Account LinkedIn URL",
       "Company LinkedIn Profile URL"},
      {"Facebook URL", "Facebook Company Page", "Facebook Company Profile URL", "Company Facebook URL"},
      {"Twitter URL", "Twitter Company Profile URL", "Company Twitter URL"},
      {"Twitter Handle", "Twitter Username"},

      {"Street Address", "Address", "Street", "Mailing Street", "Person Street", "Business Street",
       "Address Line 1", "Address 1 - Street", "Contact Address", "Mailing Address", "Address 1",
       "Person - Postal Address"},
      {"Address Line 2", "Street 2", "Street Address 2", "Business Street 2", "Address 2"},
      {"City", "Mailing City", "Person City", "Contact City", "Business City", "Address 1 - City", "Town"},
      {"State", "State/Region", "State/Province", "Mailing State/Province", "Mailing State", "Person State",
       "Contact State", "Province", "Business State", "Address 1 - Region", "State or Province"},
      {"Postal Code", "Zip", "Zip Code", "Zip/Postal Code", "Mailing Zip/Postal Code", "Mailing Postal Code",
       "Person Zip Code", "Postcode", "Post Code", "Postal Code/Zip", "Zip/Postcode", "Business Postal Code",
       "Contact Zip Code", "Address 1 - Postal Code", "Person Postal Code", "ZIP or Postal Code"},
      {"Country", "Country/Region", "Mailing Country", "Person Country", "Contact Country",
       "Business Country/Region", "Address 1 - Country", "Country Name", "Mailing Country/Territory"},

      {"Company Address", "Company Street Address", "Billing Street", "Company Street", "Billing Address",
       "Organization - Address", "Account Address"},
      {"Company City", "Billing City", "HQ City", "Account City"},
      {"Company State", "Billing State", "Billing State/Province", "Company State/Region", "HQ State",
       "Account State"},
      {"Company Zip Code", "Billing Postal Code", "Billing Zip/Postal Code", "Company Postal Code",
       "Company Zip", "HQ Zip"},
      {"Company Country", "Billing Country", "Company Country/Region", "HQ Country", "Account Country"},

      {"Birthday", "Date of Birth", "Birthdate"},
      {"Time Zone", "Timezone"},
  };
  return fields;
}

const std::unordered_map<std::string, SynonymMatch>& by_name() {
  static const std::unordered_map<std::string, SynonymMatch> names = [] {
    std::unordered_map<std::string, SynonymMatch> all;
    int field_index = 0;
    for (const auto& spellings : table()) {
      int position = 0;
      for (std::string_view spelling : spellings) {
        all.emplace(bare_name(spelling), SynonymMatch{spellings.front(), field_index, position++});
      }
      ++field_index;
    }
    return all;
  }();
  return names;
}

}  // namespace

std::optional<SynonymMatch> synonym_of(std::string_view header) {
  const auto found = by_name().find(bare_name(header));
  if (found == by_name().end()) return std::nullopt;
  return found->second;
}

}  // namespace crm
