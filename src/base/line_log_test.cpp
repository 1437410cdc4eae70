#include "base/line_log.h"

#include <unistd.h>

#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "base/fd.h"

namespace crm {
namespace {

struct Pipe {
  Pipe() {
    int ends[2];
    EXPECT_EQ(::pipe(ends), 0);
    read = UniqueFd(ends[0]);
    write = UniqueFd(ends[1]);
  }
  std::string all() {
    write.reset();
    std::string text(1 << 16, '\0');
    std::size_t size = 0;
    while (const std::size_t more = read_some(read.get(), text.data() + size, text.size() - size, "log")) size += more;
    text.resize(size);
    return text;
  }
  UniqueFd read, write;
};

std::string logged(LogFormat format, std::string_view message, std::initializer_list<LogField> fields) {
  Pipe pipe;
  make_line_log(pipe.write.get(), format, system_clock())->write(LogLevel::warning, message, fields);
  const std::string line = pipe.all();
  return line.substr(line.find(format == LogFormat::json ? "\"level\"" : "WARN"));
}

TEST(LineLog, WritesALineOfText) {
  EXPECT_EQ(logged(LogFormat::text, "completed", {{"job", "17"}, {"rows", std::int64_t{3}}, {"seconds", 1.5}}),
            "WARN  completed job=17 rows=3 seconds=1.500\n");
}

TEST(LineLog, QuotesValuesThatAreNoWordAndKeepsEventsOnOneLine) {
  EXPECT_EQ(logged(LogFormat::text, "two\nlines", {{"name", "a b\n"}}), "WARN  two lines name=\"a b\\u000a\"\n");
}

TEST(LineLog, WritesJson) {
  EXPECT_EQ(logged(LogFormat::json, "a \"b\"\n\xff", {{"job", "\xc3\xa9"}, {"rows", std::int64_t{3}}}),
            "\"level\":\"warning\",\"message\":\"a \\\"b\\\"\\u000a\\ufffd\",\"job\":\"\xc3\xa9\",\"rows\":3}\n");
}

TEST(LineLog, LinesOfSeveralThreadsAreNotMixed) {
  Pipe pipe;
  const auto log = make_line_log(pipe.write.get(), LogFormat::text, system_clock());
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < 50; ++i) log->write(LogLevel::info, "x", {{"k", "vvvvvvvvvv"}});
      });
    }
  }
  std::string text = pipe.all();
  int lines = 0;
  for (std::size_t at = 0, end; (end = text.find('\n', at)) != std::string::npos; at = end + 1, ++lines) {
    EXPECT_TRUE(text.substr(at, end - at).ends_with("INFO  x k=vvvvvvvvvv"));
  }
  EXPECT_EQ(lines, 200);
}

}  // namespace
}  // namespace crm
