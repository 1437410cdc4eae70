#include "ingest/batch_stream.h"

#include <gtest/gtest.h>

#include <string>

#include "base/error.h"
#include "ingest/ordered_work.h"
#include "support/scan_support.h"

namespace {

std::string numbers(int rows) {
  std::string text;
  for (int i = 0; i < rows; ++i) text += std::to_string(i) + ",\"x\"\"y\n\"\n";
  return text;
}

std::unique_ptr<crm::CsvInput> input_of(std::string text) {
  crm::ScanFormat format;
  format.columns = 2;
  return scan_support::input_of(std::move(text), format);
}

crm::ScanOptions small_blocks(int threads) {
  crm::ScanOptions options;
  options.all_columns = true;
  options.threads = threads;
  options.block_bytes = 256;
  return options;
}

TEST(BatchStream, GivesAllRowsInOrderWithTheirPositions) {
  for (const int threads : {1, 3}) {
    const auto input = input_of(numbers(2000));
    crm::BatchStream stream(*input, small_blocks(threads));
    std::uint64_t row = 0;
    std::string scratch;
    for (const crm::RecordBatch* batch; stream.next(batch);) {
      EXPECT_EQ(batch->first_row, row);
      for (std::size_t i = 0; i < batch->rows(); ++i, ++row) {
        ASSERT_EQ(batch->cell(i, 0, scratch), std::to_string(row));
        ASSERT_EQ(batch->cell(i, 1, scratch), "x\"y\n");
        ASSERT_EQ(batch->first_line + batch->line_offset(i), 1 + 2 * row);
      }
    }
    EXPECT_EQ(row, 2000u);
    EXPECT_EQ(stream.account().rows, 2000u);
  }
}

TEST(BatchStream, DestroyedEarlyItStops) {
  const auto input = input_of(numbers(100'000));
  for (int taken = 0; taken < 4; ++taken) {
    crm::BatchStream stream(*input, small_blocks(2));
    const crm::RecordBatch* batch;
    for (int i = 0; i < taken; ++i) EXPECT_TRUE(stream.next(batch));
  }
}

TEST(BatchStream, StopsWhenItsTokenDoes) {
  const auto input = input_of(numbers(100'000));
  std::stop_source stop;
  crm::ScanOptions options = small_blocks(2);
  options.stop = stop.get_token();
  crm::BatchStream stream(*input, options);
  const crm::RecordBatch* batch;
  EXPECT_TRUE(stream.next(batch));
  stop.request_stop();
  EXPECT_THROW(
      {
        while (stream.next(batch)) {
        }
      },
      crm::Error);
}

class RefusingSink : public crm::RejectSink {
 public:
  void add(const crm::Reject&) override { throw crm::Error(crm::ErrorCode::invalid_input, "refused"); }
};

TEST(BatchStream, ThrowsWhatTheScanThrew) {
  const auto input = input_of(numbers(10) + "1,2,3\n" + numbers(10));
  RefusingSink sink;
  crm::ScanOptions options = small_blocks(2);
  options.rejects = &sink;
  crm::BatchStream stream(*input, options);
  const crm::RecordBatch* batch;
  EXPECT_THROW(
      {
        while (stream.next(batch)) {
        }
      },
      crm::Error);
}

TEST(OrderedWorkers, ConsumesInOrderAndThrowsTheFirstErrorInThatOrder) {
  for (const int threads : {1, 4}) {
    std::vector<std::uint64_t> consumed;
    crm::OrderedWorkers<std::uint64_t> workers(
        {100, threads, {}},
        [](std::uint64_t ticket, int) {
          if (ticket == 60) throw std::runtime_error("60");
          if (ticket > 62) throw std::runtime_error("later");
          return ticket;
        },
        [&](std::uint64_t ticket, std::uint64_t result, int) {
          EXPECT_EQ(ticket, result);
          consumed.push_back(ticket);
        });
    try {
      workers.run();
      FAIL() << "no error";
    } catch (const std::runtime_error& error) {
      EXPECT_STREQ(error.what(), "60");
    }
    ASSERT_EQ(consumed.size(), 60u);
    for (std::uint64_t i = 0; i < 60; ++i) EXPECT_EQ(consumed[i], i);
  }
}

TEST(Scan, IsCancelledByItsToken) {
  for (const int threads : {1, 3}) {
    const auto input = input_of(numbers(20'000));
    std::stop_source stop;
    crm::ScanOptions options = small_blocks(threads);
    options.stop = stop.get_token();
    try {
      input->scan(
          options, [](const crm::RecordBatch&, int) { return std::make_unique<crm::Input::Mapped>(); },
          [&](std::unique_ptr<crm::Input::Mapped>, const crm::BatchPosition& position) {
            if (position.index == 10) stop.request_stop();
          });
      FAIL() << "not cancelled";
    } catch (const crm::Error& error) {
      EXPECT_EQ(error.code(), crm::ErrorCode::cancelled);
    }
  }
}

}  // namespace
