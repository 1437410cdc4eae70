#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "queue/sqlite_job_queue.h"

// How fast the embedded queue alone is: bench_queue FOLDER [JOBS]. The folder's disk is what is measured: an
// added and an ended job are synced to it.
namespace {

using namespace crm;
using Clock = std::chrono::steady_clock;

void report(const char* what, int jobs, const std::function<void()>& work) {
  const auto begin = Clock::now();
  work();
  const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  std::printf("%-44s %8.0f a second, %7.3f ms each\n", what, jobs / seconds, seconds * 1000 / jobs);
}

void add_all(JobQueue& queue, int jobs) {
  const std::string data = "{\"original\":{\"uri\":\"s3://b/" + std::string(1500, 'x') + ".csv\"}}";
  for (int n = 0; n < jobs; ++n) queue.add({.name = "merge", .data = data});
}

void run_all(JobQueue& queue) {
  while (auto taken = queue.take({.worker = "bench"}, {})) {
    if (queue.complete(taken->lock, "{\"success\":true}") == LockState::lost) std::abort();
  }
}

int run(const std::filesystem::path& folder, int jobs) {
  const auto queue = open_sqlite_queue(folder / "bench-queue.db");
  report("add (synced)", jobs, [&] { add_all(*queue, jobs); });
  report("take and complete (one sync)", jobs, [&] { run_all(*queue); });
  report("add, take, complete, 4 threads", jobs, [&] {
    std::vector<std::thread> threads;
    for (int n = 0; n < 4; ++n) {
      threads.emplace_back([&] {
        add_all(*queue, jobs / 4);
        run_all(*queue);
      });
    }
    for (std::thread& thread : threads) thread.join();
  });
  add_all(*queue, 1);
  const auto taken = queue->take({.worker = "bench"}, {});
  report("progress (not synced)", jobs * 10, [&] {
    for (int n = 0; n < jobs * 10; ++n) (void)queue->update_progress(taken->lock, "{\"percentage\":50}");
  });
  report("renew (not synced)", jobs * 10, [&] {
    for (int n = 0; n < jobs * 10; ++n) (void)queue->renew({&taken->lock, 1}, std::chrono::minutes(1));
  });
  report("a page of 50 jobs", 200, [&] {
    for (int n = 0; n < 200; ++n) (void)queue->list({});
  });
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fputs("usage: bench_queue FOLDER [JOBS]\n", stderr);
    return 2;
  }
  try {
    return run(argv[1], argc > 2 ? std::atoi(argv[2]) : 2000);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_queue: %s\n", error.what());
    return 1;
  }
}
