#include "bullmq/script_set.h"

#include <gtest/gtest.h>

#include <functional>

#include "base/error.h"
#include "bullmq/embedded_scripts.h"

namespace crm::bullmq {
namespace {

std::vector<ScriptSet::Source> sources_of(std::string_view version) {
  std::vector<ScriptSet::Source> sources;
  for (std::size_t n = 0; n < kEmbeddedFileCount; ++n) {
    if (kEmbeddedFiles[n].version == version)
      sources.push_back({std::string(kEmbeddedFiles[n].name), std::string(kEmbeddedFiles[n].text)});
  }
  return sources;
}

/// The message with which a changed set of scripts is refused.
std::string refusal(const std::string& version, const std::function<void(ScriptSet::Source&)>& change) {
  auto sources = sources_of("6.7.0");
  for (ScriptSet::Source& source : sources) {
    if (source.file.starts_with("moveToActive-")) change(source);
  }
  try {
    ScriptSet set(version, sources);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::invalid_config);
    return error.message();
  }
  return "taken";
}

void replace(std::string& text, const std::string& from, const std::string& to) {
  text.replace(text.find(from), from.size(), to);
}

TEST(ScriptSet, BothVersionsAreBuiltInAndEachMajorGetsItsOwn) {
  EXPECT_EQ(embedded_scripts(6)->version(), "6.7.0");
  EXPECT_EQ(embedded_scripts(5)->version(), "5.81.5");
  EXPECT_EQ((*embedded_scripts(6))[ScriptName::moveToDelayed].keys(), 11);
  EXPECT_EQ((*embedded_scripts(5))[ScriptName::moveToDelayed].keys(), 12);
}

TEST(ScriptSet, APatchReleaseWithTheSameSignaturesIsTaken) {
  EXPECT_EQ(refusal("6.7.9", [](ScriptSet::Source&) {}), "taken");
}

TEST(ScriptSet, AVersionThatWasNeverTestedIsRefused) {
  for (const char* version : {"6.8.0", "5.80.0", "7.0.0", "", "6", "latest"}) {
    EXPECT_NE(refusal(version, [](ScriptSet::Source&) {}).find("never tested"), std::string::npos) << version;
  }
}

TEST(ScriptSet, AnotherNumberOfKeysIsRefused) {
  EXPECT_NE(refusal("6.7.0", [](ScriptSet::Source& source) { source.file = "moveToActive-12.js"; })
                .find("moveToActive-12.js"),
            std::string::npos);
}

TEST(ScriptSet, AnotherMeaningOfAKeyIsRefused) {
  const auto message = refusal(
      "6.7.0", [](ScriptSet::Source& source) { replace(source.text, "KEYS[5]", "KEYS[5] something else:"); });
  EXPECT_NE(message.find("other keys or arguments"), std::string::npos) << message;
}

TEST(ScriptSet, AMissingScriptIsRefused) {
  EXPECT_NE(refusal("6.7.0", [](ScriptSet::Source& source) { source.file = "moveToInactive-11.js"; })
                .find("has no script moveToActive"),
            std::string::npos);
}

TEST(ScriptSet, WhatIsNotPlainTextInJavaScriptIsRefused) {
  for (const char* trap : {"\\n", "${x}"}) {
    const auto message =
        refusal("6.7.0", [&](ScriptSet::Source& source) { replace(source.text, "local rcall", trap); });
    EXPECT_NE(message.find("no plain text"), std::string::npos) << trap;
  }
}

TEST(ScriptSet, AFolderThatHoldsNoPackageIsRefused) {
  EXPECT_THROW(installed_scripts("/nonexistent"), Error);
}

}  // namespace
}  // namespace crm::bullmq
