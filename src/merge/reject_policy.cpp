#include "merge/reject_policy.h"

#include <fmt/format.h>

#include "base/error.h"
#include "output/csv_writer.h"
#include "output/output_file.h"
#include "report/figures.h"
#include "report/plain_text.h"

namespace crm {
namespace {

constexpr std::size_t kShownRejects = 5;
constexpr int kShownColumns = 60;
/// More of a text than can be shown is not kept: a record may be 64 MiB long.
constexpr std::size_t kKeptBytes = 512;

class RejectsEndTheMerge final : public RejectPolicy {
 public:
  void add(const Reject& reject) override {
    ++count_;
    if (first_.size() >= kShownRejects) return;
    first_.push_back({reject.input, reject.line, reject.reason, reject.text.substr(0, kKeptBytes)});
  }

  void input_read(const std::string& path, std::uint64_t records) override {
    if (count_ == 0) return;
    std::string message = fmt::format("{}: {} of {} cannot be read; correct {}, or set {} aside with --rejects FILE",
                                      path, with_thousands(count_),
                                      records == 1 ? "1 record" : with_thousands(records) + " records",
                                      count_ == 1 ? "it" : "them", count_ == 1 ? "it" : "them");
    std::string list;
    for (const Reject& reject : first_) {
      list += fmt::format("\n  line {}: {}: {}", reject.line, printable(reject.reason),
                          shorten(printable(reject.text), kShownColumns));
    }
    if (count_ > first_.size()) list += fmt::format("\n  … and {} more", with_thousands(count_ - first_.size()));
    throw Error::with_list(ErrorCode::invalid_input, std::move(message), list);
  }

 private:
  std::uint64_t count_ = 0;
  std::vector<Reject> first_;
};

class RejectsSetAside final : public RejectPolicy {
 public:
  RejectsSetAside(OutputFile* file, char delimiter, std::optional<std::uint64_t> max_rejects)
      : file_(file), delimiter_(delimiter), max_rejects_(max_rejects) {
    if (!file_) return;
    std::string header;
    append_record({"file", "line", "reason", "text"}, delimiter_, header);
    file_->append(header);
  }

  void add(const Reject& reject) override {
    ++count_;
    if (max_rejects_ && count_ > *max_rejects_) {
      throw Error(ErrorCode::invalid_input,
                  fmt::format("{}: more than {} records cannot be read (--max-rejects), line {} is one too many: {}; "
                              "check --delimiter and --encoding, or allow more",
                              reject.input, with_thousands(*max_rejects_), reject.line, reject.reason));
    }
    if (!file_) return;
    record_.clear();
    append_record({reject.input, std::to_string(reject.line), reject.reason, reject.text}, delimiter_, record_);
    file_->append(record_);
  }

  void input_read(const std::string&, std::uint64_t) override {}

 private:
  OutputFile* file_;
  char delimiter_;
  std::optional<std::uint64_t> max_rejects_;
  std::uint64_t count_ = 0;
  std::string record_;
};

}  // namespace

std::unique_ptr<RejectPolicy> make_rejects_end_the_merge() { return std::make_unique<RejectsEndTheMerge>(); }

std::unique_ptr<RejectPolicy> make_rejects_set_aside(OutputFile* file, char delimiter,
                                                     std::optional<std::uint64_t> max_rejects) {
  return std::make_unique<RejectsSetAside>(file, delimiter, max_rejects);
}

}  // namespace crm
