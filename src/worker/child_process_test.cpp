#include "worker/child_process.h"

#include <csignal>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "base/error.h"

namespace crm {
namespace {

struct Ran {
  ChildExit exit;
  std::vector<std::string> lines;
};

Ran run_shell(const std::string& script, std::stop_token stop = {}) {
  Ran ran;
  ran.exit = run_child({"/bin/sh", {"-c", script}}, [&](std::string_view line) { ran.lines.emplace_back(line); }, stop);
  return ran;
}

TEST(ChildProcess, HandsOverTheLinesOfStandardErrorAndTheStatus) {
  const Ran ran = run_shell("echo one >&2; printf 'two\\nthree' >&2; echo not this; exit 7");
  EXPECT_EQ(ran.lines, (std::vector<std::string>{"one", "two", "three"}));
  EXPECT_EQ(ran.exit.status, 7);
  EXPECT_FALSE(ran.exit.signal);
  EXPECT_FALSE(ran.exit.was_stopped);
}

TEST(ChildProcess, TellsTheSignalThatEndedIt) {
  const Ran ran = run_shell("kill -9 $$");
  ASSERT_TRUE(ran.exit.signal);
  EXPECT_EQ(*ran.exit.signal, SIGKILL);
}

TEST(ChildProcess, AStopAsksItToEnd) {
  std::stop_source stop;
  Ran ran;
  ran.exit = run_child({"/bin/sh", {"-c", "echo ready >&2; exec sleep 60"}},
                       [&](std::string_view) { stop.request_stop(); }, stop.get_token());
  EXPECT_TRUE(ran.exit.was_stopped);
  ASSERT_TRUE(ran.exit.signal);
  EXPECT_EQ(*ran.exit.signal, SIGTERM);
}

TEST(ChildProcess, OneThatDoesNotListenIsKilled) {
  std::stop_source stop;
  const ChildExit exit = run_child({"/bin/sh", {"-c", "trap '' TERM; echo ready >&2; while :; do read x < /dev/null; done"}},
                                   [&](std::string_view) { stop.request_stop(); }, stop.get_token());
  ASSERT_TRUE(exit.signal);
  EXPECT_EQ(*exit.signal, SIGKILL);
}

TEST(ChildProcess, ALineThatIsTooLongIsCut) {
  const Ran ran = run_shell("head -c 3000000 /dev/zero | tr '\\0' x >&2; echo >&2; echo next >&2");
  ASSERT_EQ(ran.lines.size(), 2u);
  EXPECT_EQ(ran.lines[0].size(), kMaxChildLineBytes);
  EXPECT_EQ(ran.lines[1], "next");
}

TEST(ChildProcess, AProgramThatIsNotThereIsUnavailable) {
  try {
    run_child({"/no/such/program", {}}, [](std::string_view) {}, {});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::unavailable);
  }
}

}  // namespace
}  // namespace crm
