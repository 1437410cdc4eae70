#include "plan/header_meaning.h"

#include <gtest/gtest.h>

namespace crm {
namespace {

using Names = std::vector<std::string>;

void expect_kind(const Names& headers, Kind kind, bool identifies) {
  for (const std::string& header : headers) {
    const auto meaning = meaning_of_header(header);
    ASSERT_TRUE(meaning) << header;
    EXPECT_EQ(meaning->kind, kind) << header;
    EXPECT_EQ(meaning->identifies, identifies) << header;
  }
}

TEST(HeaderMeaning, EmailsOfAPerson) {
  expect_kind({"Email", "email", "E-mail", "EMAIL_ADDRESS", "Work Email", "Secondary Email", "Tertiary Email",
               "E-mail 1 - Value", "E-mail 2 Address", "Person - Email", "Person - Email - Work",
               "property_email", "property_email_1", "Personal Email", "Supplemental Email", "Email 2",
               "Corporate Email", "Contact Email", "Email__c"},
              Kind::email, true);
}

TEST(HeaderMeaning, MailboxesOfOthersAreComparedAsEmailsButIdentifyNobody) {
  expect_kind({"Company Email", "Contact Owner Email", "Manager's Email", "Billing Email"}, Kind::email,
              false);
}

TEST(HeaderMeaning, PhonesOfAPerson) {
  expect_kind(
      {"Phone", "Phone Number", "Mobile Phone", "Mobile Phone Number", "Work Direct Phone", "Home Phone",
       "Other Phone", "Direct Phone Number", "Business Phone 2", "Phone 1 - Value", "Person - Phone",
       "Person - Phone - Mobile", "Telephone", "Cell", "MOBILEPHONE", "Primary Phone"},
      Kind::phone, true);
}

TEST(HeaderMeaning, PhonesOfCompaniesAndFaxesNeverIdentifyAPerson) {
  expect_kind(
      {"Company Phone", "Corporate Phone", "Company Main Phone", "Main Phone", "Company HQ Phone",
       "Switchboard", "Fax", "Business Fax", "Organization Phone", "Assistant's Phone", "Account Phone"},
      Kind::phone, false);
}

TEST(HeaderMeaning, LinkedInOfAPersonAndOfACompany) {
  expect_kind({"LinkedIn", "LinkedIn URL", "Person Linkedin Url", "LinkedIn Contact Profile URL",
               "linkedin_profile_url", "LinkedIn Profile"},
              Kind::linkedin, true);
  expect_kind({"Company Linkedin Url", "LinkedIn Company Profile URL", "LinkedIn Company Page",
               "Organization LinkedIn"},
              Kind::linkedin, false);
}

TEST(HeaderMeaning, Domains) {
  expect_kind({"Website", "Website URL", "Company Website", "Domain", "Company Domain Name", "Web Page",
               "Organization - Website", "Website 1 - Value", "Email Domain"},
              Kind::domain, true);
}

TEST(HeaderMeaning, RecordIds) {
  expect_kind({"Record ID", "Id", "CONTACTID", "Lead ID", "Person - ID", "Account ID"}, Kind::id, true);
}

TEST(HeaderMeaning, HeadersThatOnlySpeakOfSuchAValueMeanNone) {
  for (const char* header : {"Email Status",
                             "Primary Email Source",
                             "Email Confidence",
                             "Email Sent",
                             "Email Opt Out",
                             "Company Name for Emails",
                             "E-mail 1 - Type",
                             "E-mail Display Name",
                             "Phone 1 - Type",
                             "Phone Type",
                             "Do Not Call",
                             "LinkedIn Connections",
                             "LinkedIn Followers",
                             "Apollo Contact Id",
                             "Site",
                             "Title",
                             "Name",
                             "",
                             "-",
                             "# Employees",
                             "Has Opted Out of Fax",
                             "Microphone Model"}) {
    EXPECT_FALSE(meaning_of_header(header)) << header;
  }
}

TEST(RecordId, TheRowsOwnIdComesBeforeReferences) {
  EXPECT_EQ(detect_record_id({"Account ID", "Contact ID", "Email"}), 1);
  EXPECT_EQ(detect_record_id({"Associated Company IDs", "Record ID"}), 1);
  EXPECT_EQ(detect_record_id({"ACCOUNTID", "ID", "EMAIL"}), 1);
}

TEST(RecordId, AnAccountsIdIsTheRecordOnlyInAFileOfCompanies) {
  EXPECT_EQ(detect_record_id({"Account ID", "Account Name", "Website"}), 0);
  EXPECT_EQ(detect_record_id({"Account ID", "Account Name", "Email"}), std::nullopt);
  EXPECT_EQ(detect_record_id({"Company ID", "First Name"}), std::nullopt);
}

TEST(RecordId, IdsOfVendorsAreNone) {
  EXPECT_EQ(detect_record_id({"Apollo Contact Id", "ZoomInfo Contact ID", "External ID"}), std::nullopt);
}

TEST(Protection, TheCrmsOwnColumns) {
  const auto expect = [](const Names& headers, std::string_view reason) {
    for (const std::string& header : headers) EXPECT_EQ(protection_of_header(header), reason) << header;
  };
  expect({"Record ID", "Id", "Contact ID", "Account ID"}, "record id");
  expect(
      {"Contact owner", "Account Owner", "OwnerId", "OWNERID", "Owner", "Owner Username", "HubSpot Owner ID"},
      "owner");
  expect({"Lifecycle Stage", "Became a Lifecycle Lead"}, "lifecycle");
  expect({"Stage", "Deal Stage", "StageName", "Opportunity Stage", "Lead Stage", "property_dealstage"},
         "stage");
  expect({"Email Opt Out", "HasOptedOutOfEmail", "Unsubscribed from all email", "Do Not Call", "DNC",
          "Opt-Out__c"},
         "opt-out");
}

TEST(Protection, WhatOnlySoundsLikeIt) {
  for (const char* header :
       {"Funding Stage", "Latest Funding Stage", "Growth Stage", "Company Stage", "Ownership", "Home Owner",
        "Backstage Pass", "Title", "Lead Status", "Lead Source", "External ID", "Photo"}) {
    EXPECT_EQ(protection_of_header(header), "") << header;
  }
}

}  // namespace
}  // namespace crm
