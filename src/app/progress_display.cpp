#include "app/progress_display.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "report/figures.h"

namespace crm {
namespace {

constexpr double kRedrawSeconds = 0.1;
constexpr double kLineSeconds = 5.0;
/// A merge that is over sooner draws nothing: the summary says it all.
constexpr double kQuietStartSeconds = 0.3;
constexpr double kQuietLinesSeconds = 1.0;
constexpr double kGuessAfterSeconds = 1.0;

/// One thing that takes time, whatever it is.
struct Step {
  int order = 0;          ///< a later one never comes first
  std::string label;      ///< for people
  std::string_view code;  ///< in JSON
  std::string file;
  double fraction = 0, own_fraction = 0;  ///< of all, of this step
  std::uint64_t amount = 0, total = 0;    ///< rows or bytes; a total of 0 is not known
  bool is_bytes = false;

  bool is_same_as(const Step& other) const { return order == other.order && file == other.file; }
  std::string amount_text() const { return is_bytes ? short_bytes(amount) : with_thousands(amount) + " rows"; }
  std::string speed_text(double per_second) const {
    return is_bytes ? short_bytes(static_cast<std::uint64_t>(per_second)) + "/s" : short_count(per_second) + " rows/s";
  }
};

Step step_of(const Progress& progress) {
  return {static_cast<int>(progress.stage), stage_label(progress.stage, progress.detail), stage_code(progress.stage),
          progress.detail, progress.fraction, progress.stage_fraction, progress.rows, progress.total_rows};
}

Step step_of(const Transfer& transfer) {
  const bool is_sent = transfer.direction == Transfer::Direction::send;
  const double share = transfer.file_total == 0 ? 0 : static_cast<double>(transfer.file_bytes) / static_cast<double>(transfer.file_total);
  return {0, (is_sent ? "sending " : "fetching ") + printable(transfer.file), is_sent ? "send" : "fetch", transfer.file,
          transfer.fraction, share, transfer.file_bytes, transfer.file_total, true};
}

/// What every display shares: nothing that it shows goes back, and 100 % is shown at the end only.
class SteadyProgress : public ProgressDisplay {
 public:
  explicit SteadyProgress(const ProgressOptions& options) : options_(options), began_(options.seconds()) {}

  void update(const Progress& reported) final { take(step_of(reported)); }
  void transfer(const Transfer& reported) final { take(step_of(reported)); }

 protected:
  virtual void stage_started(double now) = 0;
  virtual void moved(double now) = 0;
  virtual void stage_ended(double now) = 0;

  double stage_seconds(double now) const { return now - stage_began_; }
  double per_second(double now) const {
    return stage_seconds(now) > 0.05 ? static_cast<double>(now_.amount) / stage_seconds(now) : 0;
  }
  /// Seconds left of the whole, or a negative number while nothing can be said.
  double seconds_left(double now) const {
    const double spent = now - began_;
    if (spent < kGuessAfterSeconds || fraction_ < 0.02) return -1;
    return spent * (1 - fraction_) / fraction_;
  }
  void write(const std::string& text) { options_.write(text); }

  ProgressOptions options_;
  double began_;
  bool seen_ = false;
  Step now_;
  double stage_began_ = 0, stage_fraction_ = 0, fraction_ = 0;

 private:
  void take(Step reported) {
    const double now = options_.seconds();
    fraction_ = std::max(fraction_, std::clamp(reported.fraction, 0.0, 0.999));
    if (seen_ && reported.order < now_.order) return;  // a stage that overlaps the next one is over for people
    if (!seen_ || !reported.is_same_as(now_)) {
      if (seen_) stage_ended(now);
      now_ = reported;
      stage_began_ = now;
      stage_fraction_ = 0;
      seen_ = true;
      stage_started(now);
    }
    stage_fraction_ = std::max(stage_fraction_, std::clamp(reported.own_fraction, 0.0, 1.0));
    reported.amount = std::max(now_.amount, reported.amount);
    now_ = std::move(reported);
    moved(now);
  }
};

/// One line per stage, redrawn in place; a stage that is over leaves its rows and time.
class BarProgress final : public SteadyProgress {
 public:
  using SteadyProgress::SteadyProgress;

  void finish(bool done) override {
    if (done && seen_) stage_ended(options_.seconds());
    else if (drawn_) write("\n");
    drawn_ = false;
  }

 private:
  void stage_started(double) override {}
  void moved(double now) override {
    if (now - began_ < kQuietStartSeconds || now - last_drawn_ < kRedrawSeconds) return;
    last_drawn_ = now;
    drawn_ = true;
    std::string line = "  " + pad(shorten(now_.label, label_width()), label_width()) + " ";
    line += paint(options_.display, Colour::cyan, bar(stage_fraction_, std::clamp(options_.display.width - 76, 8, 30)));
    line += fmt::format(" {:3d} %", static_cast<int>(stage_fraction_ * 100));
    std::string figures = "  " + now_.amount_text();
    if (per_second(now) > 0) figures += "  " + now_.speed_text(per_second(now));
    if (seconds_left(now) >= 0) figures += fmt::format("  {} left", clock_time(seconds_left(now)));
    const int room = options_.display.width - display_width(line) + colour_bytes() - 1;
    write("\r" + line + shorten(figures, std::max(10, room)) + "\x1b[K");
  }
  void stage_ended(double now) override {
    if (now - began_ < kQuietStartSeconds) return;
    const int label_width = this->label_width();
    const std::string label = shorten(now_.label, label_width - 2);
    std::string line = "  " + paint(options_.display, Colour::green, "✓") + " " + pad(label, label_width - 2);
    line += pad_left(now_.amount > 0 ? now_.amount_text() : "", 18);
    line += pad_left(short_time(stage_seconds(now)), 14);
    write("\r" + line + "\x1b[K\n");
    drawn_ = false;
  }
  int label_width() const { return std::clamp(options_.display.width / 4, 18, 28); }
  // Of "ESC[36m" and "ESC[0m" display_width counts all but the ESC.
  int colour_bytes() const { return options_.display.colour ? 7 : 0; }

  double last_drawn_ = -1;
  bool drawn_ = false;
};

/// Plain lines for a log: one when a stage is over, and one every few seconds.
class LineProgress final : public SteadyProgress {
 public:
  LineProgress(const ProgressOptions& options, double quiet_seconds)
      : SteadyProgress(options), quiet_seconds_(quiet_seconds) {}

  void finish(bool done) override {
    if (!seen_) return;
    if (done) fraction_ = 1;
    if (done) stage_ended(options_.seconds());
  }

 private:
  void stage_started(double now) override { last_line_ = now; }
  void moved(double now) override {
    if (now - last_line_ < kLineSeconds) return;
    last_line_ = now;
    line(now, "");
  }
  void stage_ended(double now) override {
    if (now - began_ >= quiet_seconds_) line(now, fmt::format(", done in {}", short_time(stage_seconds(now))));
  }
  void line(double now, const std::string& end) {
    std::string text =
        fmt::format("crm-merge: {:3d} %  {}: {}", static_cast<int>(fraction_ * 100), now_.label, now_.amount_text());
    if (per_second(now) > 0) text += ", " + now_.speed_text(per_second(now));
    if (end.empty() && seconds_left(now) >= 0) text += fmt::format(", {} left", clock_time(seconds_left(now)));
    write(text + end + "\n");
  }

  double quiet_seconds_;
  double last_line_ = 0;
};

/// One JSON object a line, for programs.
class JsonProgress final : public SteadyProgress {
 public:
  using SteadyProgress::SteadyProgress;

  void finish(bool done) override {
    if (!done || !seen_) return;
    fraction_ = 1;
    stage_ended(options_.seconds());
  }

 private:
  void stage_started(double) override { last_line_ = -1; }
  void moved(double now) override {
    if (now - last_line_ < kRedrawSeconds) return;
    last_line_ = now;
    object(now);
  }
  void stage_ended(double now) override {
    stage_fraction_ = 1;
    object(now);
  }
  void object(double now) {
    nlohmann::ordered_json p;
    const std::string unit = now_.is_bytes ? "bytes" : "rows";
    p["stage"] = now_.code;
    if (!now_.file.empty()) p["file"] = now_.file;
    p["fraction"] = std::floor(fraction_ * 10000) / 10000;
    p["stage_fraction"] = std::floor(stage_fraction_ * 10000) / 10000;
    p[unit] = now_.amount;
    if (now_.total > 0) p["total_" + unit] = now_.total;
    p[unit + "_per_second"] = static_cast<std::uint64_t>(per_second(now));
    if (seconds_left(now) >= 0) p["seconds_left"] = static_cast<std::uint64_t>(std::ceil(seconds_left(now)));
    write(p.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
  }

  double last_line_ = -1;
};

class NoProgress final : public ProgressDisplay {
 public:
  void update(const Progress&) override {}
  void transfer(const Transfer&) override {}
  void finish(bool) override {}
};

}  // namespace

std::unique_ptr<ProgressDisplay> make_progress_display(const ProgressOptions& options) {
  switch (options.mode) {
    case ProgressMode::automatic:
      if (options.display.terminal) return std::make_unique<BarProgress>(options);
      return std::make_unique<LineProgress>(options, kQuietLinesSeconds);
    case ProgressMode::plain: return std::make_unique<LineProgress>(options, 0);
    case ProgressMode::json: return std::make_unique<JsonProgress>(options);
    case ProgressMode::none: return std::make_unique<NoProgress>();
  }
  return std::make_unique<NoProgress>();
}

std::string stage_label(Stage stage, const std::string& detail) {
  switch (stage) {
    case Stage::import_original: return detail.empty() ? "reading the original" : "reading " + printable(detail);
    case Stage::import_enriched: return detail.empty() ? "reading enriched files" : "reading " + printable(detail);
    case Stage::consolidate: return "choosing values";
    case Stage::match: return "matching";
    case Stage::export_: return "writing";
  }
  return "";
}

std::string_view stage_code(Stage stage) {
  switch (stage) {
    case Stage::import_original: return "import_original";
    case Stage::import_enriched: return "import_enriched";
    case Stage::consolidate: return "consolidate";
    case Stage::match: return "match";
    case Stage::export_: return "export";
  }
  return "";
}

}  // namespace crm
