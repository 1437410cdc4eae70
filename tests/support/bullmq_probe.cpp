// A worker and a producer on a Redis queue, whose jobs say themselves how they end: for the tests in
// tests/node.
//
//   bullmq_probe work URL QUEUE [name=…] [concurrency=1] [lock=MS] [stalled=MS] [max_stalled=3] [max=N]
//   [per=MS] [bullmq=FOLDER] bullmq_probe add URL QUEUE NAME DATA [priority=…] [delay=MS] [attempts=…]
//   [backoff=MS] [key=…] [by=…] bullmq_probe cancel|get|retry|remove URL QUEUE ID bullmq_probe list URL QUEUE
//
// Each line of the output is JSON. A job's data: {"ms": how long it works, "progress": how many reports,
// "fail": how many attempts fail, "reason": how, "fatal": whether the first is the last, "crash": whether the
// process dies, "result": …}.
#include <signal.h>
#include <unistd.h>

#include <condition_variable>
#include <cstdio>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>

#include "base/error.h"
#include "bullmq/bullmq_job_queue.h"
#include "queue/lock_keeper.h"

namespace {

using namespace crm;
using nlohmann::json;
using std::chrono::milliseconds;
using Options = std::map<std::string, std::string>;

void say(const json& line) {
  static std::mutex mutex;
  const std::lock_guard lock(mutex);
  std::printf("%s\n", line.dump().c_str());
  std::fflush(stdout);
}

Options options_from(int count, char** words) {
  Options options;
  for (int n = 0; n < count; ++n) {
    const std::string word = words[n];
    const std::size_t equals = word.find('=');
    if (equals == std::string::npos) throw Error(ErrorCode::invalid_config, "no NAME=VALUE: " + word);
    options[word.substr(0, equals)] = word.substr(equals + 1);
  }
  return options;
}

long number(const Options& options, const std::string& name, long otherwise) {
  const auto found = options.find(name);
  return found == options.end() ? otherwise : std::stol(found->second);
}

std::string text(const Options& options, const std::string& name) {
  const auto found = options.find(name);
  return found == options.end() ? std::string() : found->second;
}

json to_json(const Job& job) {
  return {{"id", job.id},
          {"name", job.name},
          {"state", to_text(job.state)},
          {"data", job.data},
          {"result", job.result},
          {"reason", job.failed_reason},
          {"made", job.attempts_made},
          {"started", job.attempts_started},
          {"by", job.submitted_by},
          {"worker", job.worker}};
}

/// Until `span` is over or `stop`. True: not stopped.
bool work_for(milliseconds span, const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock(mutex);
  return !never.wait_for(lock, stop, span, [&] { return stop.stop_requested(); });
}

class Worker {
 public:
  Worker(JobQueue& queue, const Options& options)
      : queue_(queue),
        options_(options),
        lock_(number(options, "lock", 30'000)),
        keeper_(queue, system_clock(), {.lock_duration = lock_, .renew_every = lock_ / 3}) {}

  void run(const std::stop_token& stop) {
    stop_ = stop;
    std::vector<std::jthread> threads;
    threads.emplace_back([&] {
      const milliseconds every(number(options_, "stalled", 30'000));
      do {
        try {
          queue_.check_stalled(static_cast<int>(number(options_, "max_stalled", 3)));
        } catch (const Error& error) {
          say({{"error", error.message()}});
        }
      } while (work_for(every, stop));
    });
    for (long n = 0; n < number(options_, "concurrency", 1); ++n)
      threads.emplace_back([&] { take_all(stop); });
  }

 private:
  void take_all(const std::stop_token& stop) {
    TakeOptions how{.worker = text(options_, "name"), .lock_duration = lock_, .wait = milliseconds(1'000)};
    if (const long max = number(options_, "max", 0); max > 0) {
      how.limit = RateLimit{static_cast<int>(max), milliseconds(number(options_, "per", 1'000))};
    }
    while (!stop.stop_requested()) {
      try {
        if (const auto taken = queue_.take(how, stop)) run_job(*taken);
      } catch (const Error& error) {
        say({{"error", error.message()}});
        work_for(milliseconds(100), stop);
      }
    }
  }

  void run_job(const TakenJob& taken) {
    say({{"started", taken.job.id}, {"attempt", taken.job.attempts_made}});
    const json data = json::parse(taken.job.data, nullptr, false);
    StopReason reason = StopReason::none;
    bool is_done = true;
    {
      const auto held = keeper_.hold(taken.lock);
      std::stop_source any;
      const std::stop_callback lost(held->stop_token(), [&] { any.request_stop(); });
      const std::stop_callback shutdown(stop_, [&] { any.request_stop(); });
      is_done = do_work(taken, data, any.get_token());
      reason = held->reason();
    }
    say({{"ended", taken.job.id}, {"how", end(taken, data, reason, is_done)}});
  }

  bool do_work(const TakenJob& taken, const json& data, const std::stop_token& stop) {
    const long reports = data.value("progress", 0L), span = data.value("ms", 0L);
    if (data.value("crash", false)) ::kill(::getpid(), SIGKILL);
    if (queue_.append_log(taken.lock, "working") == LockState::lost) return false;
    for (long n = 1; n <= reports; ++n) {
      if (!work_for(milliseconds(span / reports), stop)) return false;
      const json progress = {{"percentage", 100 * n / reports}};
      if (queue_.update_progress(taken.lock, progress.dump()) == LockState::lost) return false;
    }
    return reports > 0 || work_for(milliseconds(span), stop);
  }

  std::string end(const TakenJob& taken, const json& data, StopReason reason, bool is_done) {
    if (reason == StopReason::lock_lost) return "lost";
    if (reason == StopReason::cancelled)
      return queue_.cancelled(taken.lock) == LockState::held ? "cancelled" : "lost";
    if (!is_done && stop_.stop_requested())
      return queue_.hand_back(taken.lock) == LockState::held ? "handed back" : "lost";
    if (!is_done) return "lost";
    if (taken.job.attempts_made < data.value("fail", 0)) {
      const FailOutcome outcome =
          queue_.fail(taken.lock, {.reason = data.value("reason", "unavailable: as asked"),
                                   .retryable = !data.value("fatal", false)});
      return outcome == FailOutcome::lost         ? "lost"
             : outcome == FailOutcome::will_retry ? "to retry"
                                                  : "failed";
    }
    const json result = data.contains("result") ? data["result"] : json{{"success", true}};
    return queue_.complete(taken.lock, result.dump()) == LockState::held ? "completed" : "lost";
  }

  JobQueue& queue_;
  const Options options_;
  const milliseconds lock_;
  LockKeeper keeper_;
  std::stop_token stop_;
};

int work(JobQueue& queue, const Options& options, const sigset_t& signals) {
  std::stop_source stop;
  std::jthread runner([&] { Worker(queue, options).run(stop.get_token()); });
  say({{"ready", true}});
  int signal = 0;
  sigwait(&signals, &signal);
  stop.request_stop();
  return 0;
}

int run(int count, char** words) {
  if (count < 4) throw Error(ErrorCode::invalid_config, "see the head of bullmq_probe.cpp");
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  const std::string what = words[1];
  const int named = what == "add" ? 6 : what == "work" || what == "list" ? 4 : 5;
  const Options options = options_from(count - named, words + named);
  const auto queue =
      open_bullmq_queue({.url = words[2],
                         .queue = words[3],
                         .bullmq_folder = text(options, "bullmq"),
                         .stalled_interval = milliseconds(number(options, "stalled", 30'000))});
  if (what == "work") return work(*queue, options, signals);
  if (what == "list") {
    for (const Job& job : queue->list({}).jobs) say(to_json(job));
    return 0;
  }
  if (what == "add") {
    const AddResult added = queue->add(
        {.name = words[4],
         .data = words[5],
         .options = {.priority = static_cast<int>(number(options, "priority", 0)),
                     .delay = milliseconds(number(options, "delay", 0)),
                     .attempts = static_cast<int>(number(options, "attempts", 1)),
                     .backoff = {Backoff::Kind::fixed, milliseconds(number(options, "backoff", 0))}},
         .idempotency_key = text(options, "key"),
         .submitted_by = text(options, "by")});
    say({{"id", added.id}, {"existed", added.existed}});
  } else if (what == "get") {
    const auto job = queue->get(words[4]);
    say(job ? to_json(*job) : json());
  } else if (what == "cancel") {
    say({{"outcome", static_cast<int>(queue->cancel(words[4]))}});
  } else if (what == "retry") {
    say({{"outcome", static_cast<int>(queue->retry(words[4]))}});
  } else if (what == "remove") {
    say({{"outcome", static_cast<int>(queue->remove(words[4]))}});
  }
  return 0;
}

}  // namespace

int main(int count, char** words) {
  try {
    return run(count, words);
  } catch (const crm::Error& error) {
    say({{"error", error.message()}});
    return 1;
  }
}
