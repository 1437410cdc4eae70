#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "app/terminal.h"
#include "engine/engine.h"

namespace crm {

/// `--progress`.
enum class ProgressMode { automatic, plain, json, none };

/// Files on their way to a service or from it.
struct Transfer {
  enum class Direction { send, fetch };
  Direction direction = Direction::send;
  std::string file;             ///< that moves now
  std::uint64_t file_bytes = 0, file_total = 0;
  double fraction = 0;          ///< of all files
};

/// Shows progress; ended before anything else is printed.
class ProgressDisplay : public ProgressSink {
 public:
  virtual void transfer(const Transfer& transfer) = 0;
  /// Ends the line that is being drawn. `done`: the work succeeded.
  virtual void finish(bool done) = 0;
};

struct ProgressOptions {
  ProgressMode mode = ProgressMode::automatic;
  Display display;
  std::function<double()> seconds;                 ///< since the start; steady
  std::function<void(std::string_view)> write;     ///< to standard error
};

/// The display for `options`: bars on a terminal, else lines; JSON objects; or nothing.
std::unique_ptr<ProgressDisplay> make_progress_display(const ProgressOptions& options);

/// "reading apollo", "writing": what a stage is called for people.
std::string stage_label(Stage stage, const std::string& detail);

/// "import_original": what a stage is called in JSON.
std::string_view stage_code(Stage stage);

}  // namespace crm
