#include "app/progress_display.h"

#include <sstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace crm {
namespace {

/// A display with a clock that the test sets and what it wrote.
struct Bench {
  double now = 0;
  std::string written;
  std::unique_ptr<ProgressDisplay> display;

  explicit Bench(ProgressMode mode, bool terminal = false) {
    ProgressOptions options;
    options.mode = mode;
    options.display = {terminal, false, 100};
    options.seconds = [this] { return now; };
    options.write = [this](std::string_view text) { written += text; };
    display = make_progress_display(options);
  }
  void at(double seconds, Stage stage, double fraction, double stage_fraction, std::uint64_t rows,
          const std::string& detail = "") {
    now = seconds;
    display->update({stage, fraction, stage_fraction, rows, 0, detail});
  }
};

TEST(PlainProgress, TellsOfEachStageWhenItIsOver) {
  Bench bench(ProgressMode::plain);
  bench.at(0.0, Stage::import_original, 0.0, 0.0, 0);
  bench.at(1.0, Stage::import_original, 0.4, 1.0, 2000);
  bench.at(2.0, Stage::import_enriched, 0.5, 0.2, 100, "apollo");
  bench.display->finish(true);
  EXPECT_EQ(bench.written,
            "crm-merge:  50 %  reading the original: 2,000 rows, 1.0k rows/s, done in 2.0 s\n"
            "crm-merge: 100 %  reading apollo: 100 rows, done in 0.00 s\n");
}

TEST(PlainProgress, TellsWhereItIsEveryFiveSeconds) {
  Bench bench(ProgressMode::plain);
  for (int second = 0; second <= 12; ++second) bench.at(second, Stage::export_, second * 0.05, second * 0.05, second * 1000);
  EXPECT_EQ(bench.written,
            "crm-merge:  25 %  writing: 5,000 rows, 1.0k rows/s, 0:15 left\n"
            "crm-merge:  50 %  writing: 10,000 rows, 1.0k rows/s, 0:10 left\n");
}

TEST(AutomaticProgress, SaysNothingOfAShortMerge) {
  for (const bool terminal : {false, true}) {
    Bench bench(ProgressMode::automatic, terminal);
    bench.at(0.0, Stage::import_original, 0.1, 0.5, 10);
    bench.at(0.2, Stage::export_, 0.9, 0.9, 10);
    bench.display->finish(true);
    EXPECT_EQ(bench.written, "");
  }
}

TEST(BarProgress, RedrawsOneLineAndLeavesOneForEachStage) {
  Bench bench(ProgressMode::automatic, true);
  bench.at(0.0, Stage::import_original, 0.0, 0.0, 0);
  bench.at(2.0, Stage::import_original, 0.25, 0.5, 4000);
  EXPECT_EQ(bench.written,
            "\r  reading the original      ████████████░░░░░░░░░░░░  50 %  4,000 rows  2.0k rows/s  0:06 left\x1b[K");
  bench.written.clear();
  bench.at(4.0, Stage::export_, 0.5, 0.0, 0);
  EXPECT_TRUE(bench.written.starts_with("\r  ✓ reading the original           4,000 rows         4.0 s\x1b[K\n")) << bench.written;
}

TEST(BarProgress, EndsTheLineBeforeAnError) {
  Bench bench(ProgressMode::automatic, true);
  bench.at(0.0, Stage::match, 0.0, 0.0, 0);
  bench.at(1.0, Stage::match, 0.5, 0.5, 10);
  bench.written.clear();
  bench.display->finish(false);
  EXPECT_EQ(bench.written, "\n");
}

TEST(JsonProgress, NeverGoesBack) {
  Bench bench(ProgressMode::json);
  bench.at(0.0, Stage::import_original, 0.3, 0.9, 10);
  bench.at(1.0, Stage::import_original, 0.2, 0.5, 5);
  bench.at(2.0, Stage::export_, 0.25, 0.1, 1);
  bench.at(3.0, Stage::import_original, 1.5, 1.0, 99);
  bench.at(4.0, Stage::export_, 1.5, 0.1, 1);
  bench.display->finish(true);
  std::istringstream lines(bench.written);
  double last = 0;
  std::vector<std::string> stages;
  for (std::string line; std::getline(lines, line);) {
    const auto progress = nlohmann::json::parse(line);
    EXPECT_GE(progress.at("fraction").get<double>(), last);
    last = progress.at("fraction");
    stages.push_back(progress.at("stage"));
  }
  EXPECT_EQ(last, 1.0);
  EXPECT_EQ(stages, (std::vector<std::string>{"import_original", "import_original", "import_original", "export", "export",
                                              "export"}));
}

}  // namespace
}  // namespace crm
