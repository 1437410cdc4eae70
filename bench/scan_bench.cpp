// How fast the CSV reader is: scan_bench FILE [threads] [columns, e.g. 0,3; all if left out]
// Prints the first scan (record starts are guessed and verified, the file is hashed) and a later one.

#include <fmt/format.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <sstream>
#include <string>

#include "base/error.h"
#include "ingest/input.h"

namespace {

struct Nothing : crm::Input::Mapped {};

void measure(const char* what, crm::Input& input, const crm::ScanOptions& options) {
  std::atomic<std::uint64_t> cell_bytes = 0;
  const auto begin = std::chrono::steady_clock::now();
  const crm::InputAccount account = input.scan(
      options,
      [&](const crm::RecordBatch& batch, int) {
        std::uint64_t bytes = 0;
        for (std::size_t row = 0; row < batch.rows(); ++row) {
          for (std::size_t column = 0; column < batch.columns(); ++column) bytes += batch.field(row, column).size;
        }
        cell_bytes += bytes;
        return std::make_unique<Nothing>();
      },
      [](std::unique_ptr<crm::Input::Mapped>, const crm::BatchPosition&) {});
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  fmt::print("{:<12} {:>7.3f} s {:>7.2f} GB/s  {} rows, {} rejected, {} cell bytes, xxh3 {:016x}\n", what, took.count(),
             static_cast<double>(input.text_bytes()) / took.count() / 1e9, account.rows, account.rejected,
             cell_bytes.load(), account.xxh3);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    fmt::print(stderr, "usage: scan_bench FILE [threads] [columns]\n");
    return 2;
  }
  try {
    crm::InputRef ref;
    ref.path = argv[1];
    const auto begin = std::chrono::steady_clock::now();
    const auto input = crm::open_input(ref, {});
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    fmt::print("{:<12} {:>7.3f} s\n", "open", took.count());
    crm::ScanOptions options;
    options.threads = argc > 2 ? std::atoi(argv[2]) : 1;
    options.all_columns = argc <= 3;
    if (argc > 3) {
      std::istringstream list(argv[3]);
      for (std::string item; std::getline(list, item, ',');) options.columns.push_back(std::stoi(item));
    }
    measure("first scan", *input, options);
    measure("later scan", *input, options);
    measure("later scan", *input, options);
  } catch (const crm::Error& error) {
    fmt::print(stderr, "scan_bench: {}\n", error.what());
    return 1;
  }
  return 0;
}
