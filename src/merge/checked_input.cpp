#include "merge/checked_input.h"

#include <algorithm>

#include <fmt/format.h>

#include "report/figures.h"
#include "base/error.h"

namespace crm {
namespace {

constexpr std::uint64_t kRecordsInMemory = 4;

class CheckedInput final : public Input {
 public:
  CheckedInput(std::unique_ptr<Input> input, const InputChecks& checks) : input_(std::move(input)), checks_(checks) {}

  const InputProfile& profile() const override { return input_->profile(); }
  const std::vector<BatchPosition>& batches() const override { return input_->batches(); }
  std::uint64_t text_bytes() const override { return input_->text_bytes(); }

  InputAccount scan(const ScanOptions& options,
                    const std::function<std::unique_ptr<Mapped>(const RecordBatch&, int)>& map,
                    const std::function<void(std::unique_ptr<Mapped>, const BatchPosition&)>& commit) override {
    // A batch whose start was guessed wrong is mapped and thrown away: only what is committed is judged.
    const auto measuring_map = [&](const RecordBatch& batch, int thread) -> std::unique_ptr<Mapped> {
      auto measured = std::make_unique<Measured>();
      for (std::size_t row = 0; row < batch.rows(); ++row) {
        measured->longest_bytes = std::max<std::uint64_t>(measured->longest_bytes, batch.raw(row).size());
      }
      measured->mapped = map(batch, thread);
      return measured;
    };
    const auto checking_commit = [&](std::unique_ptr<Mapped> mapped, const BatchPosition& position) {
      auto* measured = static_cast<Measured*>(mapped.get());
      check_length(measured->longest_bytes);
      commit(std::move(measured->mapped), position);
    };
    const InputAccount account = input_->scan(options, measuring_map, checking_commit);
    if (options.rejects && checks_.rejects) checks_.rejects->input_read(profile().path, account.records);
    return account;
  }

  void scan_range(const ScanOptions& options, std::size_t first, std::size_t last,
                  const std::function<std::unique_ptr<Mapped>(const RecordBatch&, int)>& map,
                  const std::function<void(std::unique_ptr<Mapped>, const BatchPosition&)>& commit) override {
    input_->scan_range(options, first, last, map, commit);
  }

 private:
  struct Measured : Mapped {
    std::unique_ptr<Mapped> mapped;
    std::uint64_t longest_bytes = 0;
  };

  void check_length(std::uint64_t longest_bytes) const {
    if (longest_bytes <= checks_.memory_bytes / kRecordsInMemory) return;
    throw Error(ErrorCode::limit_exceeded,
                fmt::format("{}: a record is {} long, and --memory-limit must be at least four times that; give "
                            "--memory-limit {}MB or more",
                            profile().path, short_bytes(longest_bytes),
                            longest_bytes * kRecordsInMemory / 1'000'000 + 1));
  }

  std::unique_ptr<Input> input_;
  InputChecks checks_;
};

}  // namespace

std::unique_ptr<Input> make_checked_input(std::unique_ptr<Input> input, const InputChecks& checks) {
  return std::make_unique<CheckedInput>(std::move(input), checks);
}

}  // namespace crm
