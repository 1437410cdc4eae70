#include "export/json_lines_output.h"

#include <utility>
#include <vector>

#include "export/record_cutter.h"
#include "export/table_names.h"

namespace crm {
namespace {

constexpr std::size_t kBufferBytes = 256 * 1024;

bool is_plain(char c) { return static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\'; }

void append_escaped(char c, std::string& out) {
  switch (c) {
    case '"': out += "\\\""; return;
    case '\\': out += "\\\\"; return;
    case '\b': out += "\\b"; return;
    case '\f': out += "\\f"; return;
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\t': out += "\\t"; return;
    default: break;
  }
  constexpr char kDigits[] = "0123456789abcdef";
  out += "\\u00";
  out += kDigits[(c >> 4) & 0xF];
  out += kDigits[c & 0xF];
}

void append_json_string(std::string_view text, std::string& out) {
  out += '"';
  std::size_t begin = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_plain(text[i])) continue;
    out.append(text, begin, i - begin);
    append_escaped(text[i], out);
    begin = i + 1;
  }
  out.append(text, begin);
  out += '"';
}

class JsonLinesOutput final : public OutputFile {
 public:
  explicit JsonLinesOutput(std::unique_ptr<OutputFile> file)
      : file_(std::move(file)), cutter_(',', [this](const std::vector<std::string_view>& cells) { take(cells); }) {}

  void append(std::string_view bytes) override { cutter_.append(bytes); }
  const std::string& path() const override { return file_->path(); }

  void complete() override {
    cutter_.finish();
    file_->append(buffer_);
    buffer_.clear();
    file_->complete();
  }
  void publish() override {
    complete();
    file_->publish();
  }

 private:
  void take(const std::vector<std::string_view>& cells) {
    if (keys_.empty()) {
      for (const std::string& name : table_names(cells, NameCase::counts)) {
        std::string& key = keys_.emplace_back(keys_.empty() ? "{" : ",");
        append_json_string(name, key);
        key += ':';
      }
      return;
    }
    for (std::size_t i = 0; i < cells.size(); ++i) {
      buffer_ += keys_[i];
      append_json_string(cells[i], buffer_);
    }
    buffer_ += "}\n";
    if (buffer_.size() < kBufferBytes) return;
    file_->append(buffer_);
    buffer_.clear();
  }

  std::unique_ptr<OutputFile> file_;
  RecordCutter cutter_;
  std::vector<std::string> keys_;  // `{"a":`, `,"b":`
  std::string buffer_;
};

}  // namespace

std::unique_ptr<OutputFile> make_json_lines_output(std::unique_ptr<OutputFile> file) {
  return std::make_unique<JsonLinesOutput>(std::move(file));
}

}  // namespace crm
