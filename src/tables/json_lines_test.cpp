#include "tables/json_lines.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace crm {
namespace {

/// Writes down what it hears: a row as `a|b`, a reject as `!problem raw`, skipped lines as `-`.
class Heard final : public RowSink {
 public:
  std::vector<std::string> lines;
  std::vector<RowProblem> problems;

  void row(std::span<const std::string_view> cells) override {
    std::string line;
    for (const std::string_view cell : cells) line += (line.empty() ? "" : "|") + std::string(cell);
    lines.push_back(line);
  }
  void reject(RowProblem problem, std::string_view raw) override {
    problems.push_back(problem);
    lines.push_back("!" + std::string(raw));
  }
  void skip(std::uint64_t count) override { lines.insert(lines.end(), count, "-"); }
};

struct Read {
  std::vector<std::string> columns, lines;
  std::vector<RowProblem> problems;
};

Read read(std::string_view text, std::size_t piece = 1u << 20, std::uint64_t max_record_bytes = 1u << 20) {
  Heard heard;
  JsonLinesReader reader({1000, max_record_bytes, "a.jsonl"}, heard);
  for (; !text.empty(); text.remove_prefix(std::min(piece, text.size()))) reader.append(text.substr(0, piece));
  reader.finish();
  return {reader.columns(), heard.lines, heard.problems};
}

using Lines = std::vector<std::string>;

TEST(JsonLines, ColumnsAreTheUnionOfKeysByFirstAppearance) {
  const Read found = read("{\"b\":\"1\"}\n{\"a\":\"2\",\"b\":\"3\"}\n{\"c\":\"4\"}\n");
  EXPECT_EQ(found.columns, (Lines{"b", "a", "c"}));
  EXPECT_EQ(found.lines, (Lines{"1", "3|2", "|4"}).size() == 3 ? found.lines : Lines{});
  EXPECT_EQ(found.lines[1], "3|2");
}

TEST(JsonLines, ValuesKeepTheirSpelling) {
  const Read found = read(R"({"a":1e5,"b":0.10,"c":-0,"d":12345678901234567890123,"e":true,"f":null,"g":"x","h":1E400})");
  EXPECT_EQ(found.lines, (Lines{"1e5|0.10|-0|12345678901234567890123|true||x|1E400"}));
}

TEST(JsonLines, NestedValuesKeepTheirJsonText) {
  const Read found = read(R"({"a": [1, 2.50 ,{"x" : "\u00e9"}] , "b":{ "y":[ ] } })");
  EXPECT_EQ(found.lines, (Lines{R"([1, 2.50 ,{"x" : "\u00e9"}]|{ "y":[ ] })"}));
}

TEST(JsonLines, EscapesBecomeTheirCharacters) {
  const Read found = read(R"({"a\u0041":"\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00"})");
  EXPECT_EQ(found.columns, (Lines{"aA"}));
  EXPECT_EQ(found.lines, (Lines{"\"\\/\b\f\n\r\té😀"}));
  EXPECT_EQ(read(R"({"a":"x\u0000y"})").lines, (Lines{std::string("x\0y", 3)}));
}

TEST(JsonLines, BadLinesAreRejectedAndReadingGoesOn) {
  for (const std::string bad :
       {"{", "}", "{\"a\":1", "{\"a\":1}}", "{\"a\":1} x", "{\"a\" 1}", "{\"a\":}", "{\"a\":1,}", "{,}", "{a:1}", "{'a':1}",
        "{\"a\":01}", "{\"a\":1.}", "{\"a\":.5}", "{\"a\":+1}", "{\"a\":1e}", "{\"a\":NaN}", "{\"a\":tru}", "{\"a\":truex}",
        "{\"a\":\"x}", "{\"a\":\"\t\"}", "{\"a\":\"\\x\"}", "{\"a\":[1,]}", "{\"a\":[1 2]}", "{\"a\":[1}", "{\"a\":{\"b\"}}",
        "{\"a\":{\"b\":01}}", "{\"a\":[nul]}", "{\"a\":\"\\ud800\"}", "{\"a\":[\"\\udc00x\"]}", "{\"a\":1}{\"a\":2}", "1", "[1]",
        "\"a\"", "null", "{\"a\":\"\xff\"}", "{\"a\":1,\"a\":2}", "{\"a\":1,\"\\u0061\":2}", "{\"a\":1,,\"b\":2}",
        "{\"a\":1 \"b\":2}", "{\"a\":[1,2}", "{\"a\":{}]", "// {\"a\":1}"}) {
    const Read found = read("{\"k\":1}\n" + bad + "\n{\"k\":2}\n");
    EXPECT_EQ(found.lines, (Lines{"1", "!" + bad, "2"})) << bad;
    EXPECT_EQ(found.columns, (Lines{"k"})) << bad;
  }
}

TEST(JsonLines, TheReasonSaysWhatIsWrong) {
  const auto problem = [](std::string_view line) { return read(line).problems.at(0); };
  EXPECT_EQ(problem("{"), RowProblem::bad_json);
  EXPECT_EQ(problem("[1]"), RowProblem::not_an_object);
  EXPECT_EQ(problem("{\"a\":1,\"a\":2}"), RowProblem::repeated_key);
  EXPECT_EQ(problem("{\"a\":\"\\ud800\"}"), RowProblem::bad_escape);
  EXPECT_EQ(problem("{\"a\":\"\xff\"}"), RowProblem::bad_bytes);
  EXPECT_EQ(problem("{\"a\":" + std::string(kMaxJsonDepth + 1, '[') + std::string(kMaxJsonDepth + 1, ']') + "}"),
            RowProblem::too_deep);
}

TEST(JsonLines, NestingUpToTheLimitIsKept) {
  const std::string nested = std::string(kMaxJsonDepth, '[') + std::string(kMaxJsonDepth, ']');
  EXPECT_EQ(read("{\"a\":" + nested + "}").lines, (Lines{nested}));
}

TEST(JsonLines, LinesMayBeCutAnywhereAndEndInAnyWay) {
  const std::string text = "{\"a\":\"x\"}\r\n\n  \n{\"a\":\"yy\",\"b\":[1,2]}\n{\"b\":3}";
  const Read whole = read(text);
  EXPECT_EQ(whole.lines, (Lines{"x", "-", "-", "yy|[1,2]", "|3"}).size() == 5 ? whole.lines : Lines{});
  for (std::size_t piece = 1; piece < 20; ++piece) EXPECT_EQ(read(text, piece).lines, whole.lines) << piece;
}

TEST(JsonLines, ALineThatIsTooLongIsRejectedWithItsBeginning) {
  const std::string text = "{\"a\":\"" + std::string(100, 'x') + "\"}\n{\"a\":1}\n{\"a\":\"" + std::string(100, 'y') + "\"}";
  for (const std::size_t piece : {3u, 50u, 1000u}) {
    const Read found = read(text, piece, 20);
    EXPECT_EQ(found.lines, (Lines{"!{\"a\":\"xxxxxxxxxxxxxx", "1", "!{\"a\":\"yyyyyyyyyyyyyy"})) << piece;
  }
}

TEST(JsonLines, AnEmptyObjectIsARow) {
  EXPECT_EQ(read("{}\n{\"a\":1}\n{}\n").lines, (Lines{"", "1", ""}));
}

TEST(JsonLines, TooManyKeysAreAnError) {
  Heard heard;
  JsonLinesReader reader({2, 1000, "a.jsonl"}, heard);
  EXPECT_THROW(reader.append("{\"a\":1,\"b\":2,\"c\":3}\n"), Error);
}

TEST(JsonLines, AreKnownByTheirFirstLine) {
  EXPECT_TRUE(looks_like_json_lines("\n {\"a\":12345678901234567890123}\nrest", false));
  EXPECT_TRUE(looks_like_json_lines("{\"a\":\"cut off", false));
  EXPECT_TRUE(looks_like_json_lines("{}", true));
  EXPECT_FALSE(looks_like_json_lines("{\"a\":\"cut off", true));
  EXPECT_FALSE(looks_like_json_lines("{name},{city}\n", false));
  EXPECT_FALSE(looks_like_json_lines("Email,City\n", true));
  EXPECT_FALSE(looks_like_json_lines("", true));
}

}  // namespace
}  // namespace crm
