#include "plan/synonyms.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace crm {
namespace {

/// Every pair of a group is the same field.
void expect_one_field(const std::vector<std::string>& headers) {
  const auto first = synonym_of(headers.front());
  ASSERT_TRUE(first) << headers.front();
  for (const std::string& header : headers) {
    const auto field = synonym_of(header);
    ASSERT_TRUE(field) << header;
    EXPECT_EQ(field->field, first->field) << header;
  }
}

TEST(Synonyms, TheSameFieldOfDifferentSystems) {
  expect_one_field({"Job Title", "Title", "Position", "property_jobtitle"});
  expect_one_field({"Company Name", "Company", "Account Name", "organization_name", "Organization - Name"});
  expect_one_field({"First Name", "FirstName", "Given Name", "property_firstname"});
  expect_one_field({"Last Name", "LASTNAME", "Family Name"});
  expect_one_field(
      {"Email", "Work Email", "Email Address", "E-mail 1 - Value", "Person - Email", "E-mail Address"});
  expect_one_field({"Secondary Email", "Supplemental Email", "E-mail 2 Address"});
  expect_one_field({"Phone Number", "Phone", "Work Direct Phone", "Direct Phone Number", "Business Phone",
                    "Phone 1 - Value"});
  expect_one_field({"Mobile Phone", "Mobile Phone Number", "Mobile"});
  expect_one_field({"Company Phone", "Corporate Phone", "Company HQ Phone", "Company Main Phone"});
  expect_one_field({"Website URL", "Website", "Web Page", "Website 1 - Value", "Organization - Website"});
  expect_one_field({"Number of Employees", "# Employees", "Employees", "NUMBEROFEMPLOYEES"});
  expect_one_field({"LinkedIn URL", "Person Linkedin Url", "LinkedIn Contact Profile URL"});
  expect_one_field({"Company LinkedIn URL", "Company Linkedin Url", "LinkedIn Company Profile URL",
                    "LinkedIn Company Page"});
  expect_one_field({"State/Region", "State", "Mailing State/Province", "Person State"});
  expect_one_field({"Postal Code", "Zip", "Mailing Zip/Postal Code", "Person Zip Code"});
  expect_one_field({"Country/Region", "Country", "Mailing Country"});
  expect_one_field({"Industry", "Primary Industry"});
}

TEST(Synonyms, WhatARowMayHaveTwoOfIsTwoFields) {
  const std::vector<std::pair<const char*, const char*>> pairs = {{"Phone", "Mobile Phone"},
                                                                  {"Phone", "Company Phone"},
                                                                  {"Email", "Secondary Email"},
                                                                  {"Email", "Personal Email"},
                                                                  {"City", "Company City"},
                                                                  {"State", "Billing State"},
                                                                  {"LinkedIn URL", "Company Linkedin Url"},
                                                                  {"Website", "Company Domain Name"},
                                                                  {"Job Title", "Seniority"},
                                                                  {"Phone", "Fax"}};
  for (const auto& [a, b] : pairs) {
    ASSERT_TRUE(synonym_of(a) && synonym_of(b)) << a << "|" << b;
    EXPECT_NE(synonym_of(a)->field_index, synonym_of(b)->field_index) << a << "|" << b;
  }
}

TEST(Synonyms, WhatIsTheCrmsOwnOrOfAnotherUnitIsInNoField) {
  for (const char* header : {"Contact owner", "Lifecycle Stage", "Record ID", "Source",
                             "Revenue (in 000s USD)", "Employee Range", "Funding Stage", "Foo", ""}) {
    EXPECT_FALSE(synonym_of(header)) << header;
  }
}

}  // namespace
}  // namespace crm
