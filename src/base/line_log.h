#pragma once

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "base/clock.h"

namespace crm {

enum class LogLevel { info, warning, error };
enum class LogFormat { text, json };

/// A named value of an event; text must hold no value of a customer and no secret.
struct LogField {
  std::string_view name;
  std::variant<std::string_view, std::int64_t, double> value;
};

/// One line an event, for operators: time, level, message, fields. Threads: any; lines are never mixed.
class LineLog {
 public:
  virtual ~LineLog() = default;
  virtual void write(LogLevel level, std::string_view message, std::initializer_list<LogField> fields = {}) = 0;
};

/// Writes to a file descriptor that outlives it. A line that cannot be written is lost: there is nobody to tell.
///
/// text: `2026-11-22T14:03:05.123Z INFO  completed job=17`; json: `{"time":…,"level":"info","message":…,"job":"17"}`.
std::unique_ptr<LineLog> make_line_log(int fd, LogFormat format, const Clock& clock);

}  // namespace crm
