#include "export/excel_safe_output.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/text.h"
#include "export/record_cutter.h"
#include "output/csv_writer.h"

namespace crm {
namespace {

constexpr std::size_t kBufferBytes = 256 * 1024;
constexpr std::string_view kBom = "\xEF\xBB\xBF";
constexpr int kLeastPhoneDigits = 7, kMostPhoneDigits = 15;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// 5, 1,234.50, 1e5, 12%
bool is_number(std::string_view text) {
  if (text.ends_with('%')) text.remove_suffix(1);
  std::size_t at = 0;
  const auto skip_digits = [&](bool commas) {
    const std::size_t begin = at;
    while (at < text.size() && (is_digit(text[at]) || (commas && at > begin && text[at] == ','))) ++at;
    return at > begin;
  };
  bool any = skip_digits(true);
  if (at < text.size() && text[at] == '.') {
    ++at;
    any = skip_digits(false) || any;
  }
  if (!any) return false;
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
    if (!skip_digits(false)) return false;
  }
  return at == text.size();
}

/// 1 (415) 555-0100
bool is_phone(std::string_view text) {
  const auto digits = std::count_if(text.begin(), text.end(), is_digit);
  return digits >= kLeastPhoneDigits && digits <= kMostPhoneDigits &&
         text.find_first_not_of("0123456789 ()-./\xC2\xA0") == std::string_view::npos;
}

class ExcelSafeOutput final : public OutputFile {
 public:
  ExcelSafeOutput(std::unique_ptr<OutputFile> file, const ExcelSafeOptions& options)
      : file_(std::move(file)),
        options_(options),
        cutter_(options.taken_delimiter, [this](const std::vector<std::string_view>& cells) { take(cells); }),
        buffer_(kBom) {}

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
    fields_.assign(cells.begin(), cells.end());
    guarded_.resize(std::max(guarded_.size(), cells.size()));
    for (std::size_t i = 0; i < cells.size(); ++i) {
      if (!is_formula(cells[i])) continue;
      guarded_[i] = "'";
      guarded_[i] += cells[i];
      fields_[i] = guarded_[i];
    }
    append_record(fields_, options_.written_delimiter, buffer_);
    buffer_.back() = '\r';
    buffer_ += '\n';
    if (buffer_.size() < kBufferBytes) return;
    file_->append(buffer_);
    buffer_.clear();
  }

  std::unique_ptr<OutputFile> file_;
  ExcelSafeOptions options_;
  RecordCutter cutter_;
  std::string buffer_;
  std::vector<std::string_view> fields_;
  std::vector<std::string> guarded_;
};

class Tee final : public OutputFile {
 public:
  Tee(OutputFile& first, OutputFile& second) : first_(first), second_(second) {}
  void append(std::string_view bytes) override {
    first_.append(bytes);
    second_.append(bytes);
  }
  const std::string& path() const override { return first_.path(); }
  void publish() override { throw Error(ErrorCode::internal, path() + " is published by its owner"); }

 private:
  OutputFile& first_;
  OutputFile& second_;
};

}  // namespace

bool is_formula(std::string_view cell) {
  const std::string_view text = trim(cell);
  if (text.empty() || std::string_view("=+-@").find(text[0]) == std::string_view::npos) return false;
  const std::string_view rest = trim(text.substr(1));
  return !is_number(rest) && !is_phone(rest);
}

std::unique_ptr<OutputFile> make_excel_safe_output(std::unique_ptr<OutputFile> file, const ExcelSafeOptions& options) {
  return std::make_unique<ExcelSafeOutput>(std::move(file), options);
}

std::unique_ptr<OutputFile> make_tee(OutputFile& first, OutputFile& second) { return std::make_unique<Tee>(first, second); }

}  // namespace crm
