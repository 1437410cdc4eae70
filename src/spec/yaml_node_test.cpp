#include "spec/yaml_node.h"

#include <gtest/gtest.h>

#include <string>

namespace crm {
namespace {

std::string refusal(const std::string& text) {
  try {
    parse_yaml(text, "r.yaml");
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::invalid_config);
    return error.message();
  }
  return "";
}

const YamlNode& value(const YamlNode& root, const std::string& key) {
  for (const YamlEntry& entry : root.entries) {
    if (entry.key.text == key) return entry.value;
  }
  throw std::runtime_error("no key " + key);
}

TEST(ParseYaml, KeepsEveryScalarAsItsText) {
  const YamlNode root = parse_yaml("a: no\nb: 02134\nc: 1e5\nd: TRUE\ne: 2024-01-05\nf: 'q'\n02: {g: null}\n", "r.yaml");
  EXPECT_EQ(value(root, "a").text, "no");
  EXPECT_EQ(value(root, "b").text, "02134");
  EXPECT_EQ(value(root, "c").text, "1e5");
  EXPECT_EQ(value(root, "d").text, "TRUE");
  EXPECT_EQ(value(root, "e").text, "2024-01-05");
  EXPECT_FALSE(value(root, "f").is_plain);
  EXPECT_EQ(value(value(root, "02"), "g").text, "null");
}

TEST(ParseYaml, TakesJson) {
  const YamlNode root = parse_yaml("{\"a\":[\"x\\ty\",1],\n\t\"b\":{\"\\ud83d\\ude00\":\"\\\\ud83d\\\\ude00\",\"s\":\"\\/\"}}", "r.json");
  EXPECT_EQ(value(root, "a").items.at(0).text, "x\ty");
  EXPECT_EQ(value(root, "a").items.at(1).text, "1");
  EXPECT_EQ(value(value(root, "b"), "😀").text, "\\ud83d\\ude00");
  EXPECT_EQ(value(value(root, "b"), "s").text, "/");
}

TEST(ParseYaml, SaysWhereItIsWrong) {
  EXPECT_EQ(refusal("on: email\non: phone\n"), "r.yaml:2:1: the key \"on\" is there twice");
  EXPECT_EQ(refusal("a:\n  b: 1\n c: 2\n").substr(0, 11), "r.yaml:3:2:");
  EXPECT_EQ(refusal("a: [1, 2\n").substr(0, 9), "r.yaml:2:");
  EXPECT_EQ(refusal("a: 1\n---\nb: 2\n"), "r.yaml:2:1: a second document begins here; a spec file is one document");
  EXPECT_EQ(refusal("a: !!binary aGk=\n"), "r.yaml:1:4: the tag \"tag:yaml.org,2002:binary\" means nothing here; every value is text");
  EXPECT_EQ(refusal("[a]: 1\n"), "r.yaml:1:1: a key is a text, not a list or a map");
  EXPECT_EQ(refusal("a: *b\n"), "r.yaml:1:4: there is no anchor \"b\" before this");
  EXPECT_EQ(refusal("a: 1\nb: \"\xFF\"\n").substr(0, 11), "r.yaml:2:1:");
}

TEST(ParseYaml, AnEmptyTextIsAnEmptyMap) {
  EXPECT_EQ(parse_yaml("", "r.yaml").kind, YamlNode::Kind::map);
  EXPECT_TRUE(parse_yaml("# rules, one day\n", "r.yaml").entries.empty());
}

TEST(ParseYaml, WritesAliasesOutWithinALimit) {
  EXPECT_EQ(value(parse_yaml("a: &x [p, q]\nb: *x\n", "r.yaml"), "b").items.at(1).text, "q");
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 12; ++i) {
    const std::string last = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + last;
    for (int k = 0; k < 9; ++k) bomb += ", " + last;
    bomb += "]\n";
  }
  EXPECT_NE(refusal(bomb).find("more than 400000 values, aliases written out"), std::string::npos);
  std::string long_text = "a: &a \"" + std::string(1'000'000, 'x') + "\"\nb: [*a";
  for (int i = 0; i < 1000; ++i) long_text += ", *a";
  EXPECT_NE(refusal(long_text + "]\n").find("aliases written out"), std::string::npos);
}

TEST(ParseYaml, LimitsDepthAndSize) {
  EXPECT_NE(refusal("a: " + std::string(100'000, '[')).find("nested deeper than 16 levels"), std::string::npos);
  EXPECT_NE(refusal(std::string(kMaxSpecBytes + 1, ' ')).find("larger than 8 MiB"), std::string::npos);
}

}  // namespace
}  // namespace crm
