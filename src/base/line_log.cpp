#include "base/line_log.h"

#include <unistd.h>

#include <cstdint>
#include <ctime>
#include <mutex>

#include <fmt/format.h>

namespace crm {
namespace {

std::string time_text(WallTime time) {
  const std::int64_t milliseconds = time.time_since_epoch().count();
  const std::time_t seconds = static_cast<std::time_t>(milliseconds / 1000);
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday,
                     parts.tm_hour, parts.tm_min, parts.tm_sec, milliseconds % 1000);
}

std::string_view level_text(LogLevel level) {
  switch (level) {
    case LogLevel::info: return "info";
    case LogLevel::warning: return "warning";
    case LogLevel::error: return "error";
  }
  return "error";
}

std::string_view level_column(LogLevel level) {
  switch (level) {
    case LogLevel::info: return "INFO ";
    case LogLevel::warning: return "WARN ";
    case LogLevel::error: return "ERROR";
  }
  return "ERROR";
}


std::size_t utf8_length(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  const std::size_t length = lead < 0x80 ? 1 : lead >= 0xf0 && lead < 0xf5 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc2 ? 2 : 0;
  if (length == 0 || lead >= 0xf5 || length > text.size()) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xc0) != 0x80) return 0;
  }
  return length;
}

/// Text inside a JSON string; bytes of broken UTF-8 become U+FFFD.
void append_escaped(std::string_view text, std::string& out) {
  while (!text.empty()) {
    const auto first = static_cast<unsigned char>(text[0]);
    const std::size_t length = utf8_length(text);
    if (length == 0) out += "\\ufffd";
    else if (first == '"' || first == '\\') (out += '\\') += text[0];
    else if (first < 0x20) out += fmt::format("\\u{:04x}", first);
    else out += text.substr(0, length);
    text.remove_prefix(length == 0 ? 1 : length);
  }
}

/// A value that would not read back as one word is quoted.
std::string word(std::string_view text) {
  bool plain = !text.empty();
  for (const char c : text) plain = plain && static_cast<unsigned char>(c) > 0x20 && c != '"' && c != '=' && c != '\\';
  if (plain) return std::string(text);
  std::string quoted = "\"";
  append_escaped(text, quoted);
  return quoted + '"';
}

class FileLog final : public LineLog {
 public:
  FileLog(int fd, LogFormat format, const Clock& clock) : fd_(fd), format_(format), clock_(clock) {}

  void write(LogLevel level, std::string_view message, std::initializer_list<LogField> fields) override {
    std::string line = format_ == LogFormat::json ? json_line(level, message, fields) : text_line(level, message, fields);
    line += '\n';
    const std::lock_guard lock(mutex_);
    std::string_view rest = line;
    while (!rest.empty()) {
      const ssize_t written = ::write(fd_, rest.data(), rest.size());
      if (written <= 0) return;
      rest.remove_prefix(static_cast<std::size_t>(written));
    }
  }

 private:
  std::string text_line(LogLevel level, std::string_view message, std::initializer_list<LogField> fields) const {
    std::string line = fmt::format("{} {} ", time_text(clock_.wall_now()), level_column(level));
    for (const char c : message) line += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    for (const LogField& field : fields) {
      line += fmt::format(" {}=", field.name);
      if (const auto* text = std::get_if<std::string_view>(&field.value)) line += word(*text);
      else if (const auto* number = std::get_if<std::int64_t>(&field.value)) line += std::to_string(*number);
      else line += fmt::format("{:.3f}", std::get<double>(field.value));
    }
    return line;
  }

  std::string json_line(LogLevel level, std::string_view message, std::initializer_list<LogField> fields) const {
    std::string line = fmt::format(R"({{"time":"{}","level":"{}","message":")", time_text(clock_.wall_now()), level_text(level));
    append_escaped(message, line);
    line += '"';
    for (const LogField& field : fields) {
      line += fmt::format(",\"{}\":", field.name);
      if (const auto* text = std::get_if<std::string_view>(&field.value)) {
        line += '"';
        append_escaped(*text, line);
        line += '"';
      } else if (const auto* number = std::get_if<std::int64_t>(&field.value)) {
        line += std::to_string(*number);
      } else {
        line += fmt::format("{:.3f}", std::get<double>(field.value));
      }
    }
    return line + '}';
  }

  int fd_;
  LogFormat format_;
  const Clock& clock_;
  std::mutex mutex_;
};

}  // namespace

std::unique_ptr<LineLog> make_line_log(int fd, LogFormat format, const Clock& clock) {
  return std::make_unique<FileLog>(fd, format, clock);
}

}  // namespace crm
