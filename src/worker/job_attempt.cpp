#include "worker/job_attempt.h"

#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <csignal>
#include <condition_variable>
#include <functional>
#include <mutex>

#include <fmt/format.h>

#include "base/error.h"
#include "worker/attempt_line.h"
#include "worker/attempt_request.h"
#include "worker/child_process.h"

namespace crm {
namespace {

namespace fs = std::filesystem;

constexpr const char* kStateFile = "state.json";
constexpr const char* kRequestFile = "attempt.json";
/// The process of an attempt that died with its worker lets the folder go within a moment.
constexpr std::chrono::milliseconds kFolderWait{5000};
constexpr std::chrono::milliseconds kFolderPoll{50};

/// Waits, or throws cancelled on a stop.
void pause(std::chrono::milliseconds time, const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock(mutex);
  never.wait_for(lock, stop, time, [] { return false; });
  if (stop.stop_requested()) throw Error(ErrorCode::cancelled, "stopped");
}

/// What a signal that ended the merge's process means.
Error error_of_signal(int signal) {
  if (signal == SIGKILL) {
    return {ErrorCode::limit_exceeded, "the merge was killed by the system, most likely for want of memory"};
  }
  if (signal == SIGXFSZ) {
    return {ErrorCode::limit_exceeded, "a file of the merge grew beyond the limit that this service runs under (ulimit -f)"};
  }
  return {ErrorCode::internal, fmt::format("the merge was ended by signal {}", signal)};
}

}  // namespace

JobAttempt::JobAttempt(JobQueue& queue, ObjectStore& store, const MergeSettings& settings, const TakenJob& job,
                       AttemptControl& control, LineLog& log, const Clock& clock)
    : queue_(queue), store_(store), settings_(settings), job_(job), control_(control), clock_(clock),
      reporter_(queue, job, control, log, clock), began_(clock.steady_now()) {}

std::string JobAttempt::run() {
  data_ = parse_job_data(job_.job.data);
  for (const std::string& warning : data_.warnings) reporter_.log(warning, LogLevel::warning);
  open_folder();
  load_state();
  fetch_inputs();
  if (!state_.is_merged) merge();
  publish();
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(clock_.steady_now() - began_);
  std::string result = result_json({data_, report_, published_, took});
  reporter_.published(figures_.rows);
  stop_if_asked();
  return result;
}

void JobAttempt::forget() {
  if (folder_) folder_->remove();
}

void JobAttempt::open_folder() {
  const SteadyTime deadline = clock_.steady_now() + kFolderWait;
  while (!(folder_ = JobFolder::open(settings_.work_folder, job_.job.id))) {
    if (clock_.steady_now() > deadline) {
      throw Error(ErrorCode::conflict, "another process of this machine still works on this job");
    }
    pause(kFolderPoll, control_.token());
  }
}

void JobAttempt::load_state() {
  const std::string rules =
      fmt::format("{:016x} {}", std::hash<std::string>{}(job_.job.data), settings_.sql_engine ? "sql" : "stream");
  if (const auto text = folder_->read(kStateFile)) {
    if (auto state = job_state_from_json(*text); state && state->rules == rules) {
      state_ = std::move(*state);
      return;
    }
  }
  state_ = {};
  state_.rules = rules;
}

void JobAttempt::save_state() { folder_->write(kStateFile, to_json(state_)); }

const JobSource& JobAttempt::source_of(std::size_t number) const {
  return number == 0 ? data_.original : data_.enriched[number - 1];
}

std::optional<fs::path> JobAttempt::local_source(const JobSource& source) const {
  constexpr std::string_view kScheme = "file:";
  if (!settings_.allow_file_sources || !source.uri.starts_with(kScheme) || store_.key_of(source.uri)) return std::nullopt;
  std::string path = source.uri.substr(kScheme.size());
  if (path.starts_with("//")) path.erase(0, 2);  // file:///etc: an empty host
  return path;
}

std::string JobAttempt::key_of(const JobSource& source) const {
  if (!source.key.empty()) return source.key;
  if (auto key = store_.key_of(source.uri)) return *key;
  throw Error(ErrorCode::denied, "an input lies outside of the store of this service; upload it first");
}

/// With the file's ending, by which its format is known.
std::string JobAttempt::shown_name(std::size_t number) const {
  std::string name = number == 0 ? data_.original.name : data_.spec.enriched[number - 1].name;
  if (name.empty()) name = "original";
  const std::string file = input_path(number).filename().string();
  const std::size_t dot = file.find('.');
  const std::string ending = dot == std::string::npos ? "" : file.substr(dot);
  return name.ends_with(ending) ? name : name + ending;
}

fs::path JobAttempt::input_path(std::size_t number) const {
  // What a file's ending says of its format is kept, nothing else of its name.
  const JobSource& source = source_of(number);
  if (auto path = local_source(source)) return *std::move(path);
  const std::string key = key_of(source);
  std::string ending = fs::path(key).extension().string();
  if (ending == ".gz" || ending == ".zst") ending = fs::path(key).stem().extension().string() + ending;
  const bool plain = std::all_of(ending.begin(), ending.end(), [](unsigned char c) { return std::isalnum(c) || c == '.'; });
  return folder_->inputs() / (std::to_string(number) + (plain && ending.size() <= 16 ? ending : ""));
}

void JobAttempt::fetch_inputs() {
  std::error_code ignored;
  fs::create_directories(folder_->inputs(), ignored);
  const std::size_t files = data_.enriched.size() + 1;
  state_.inputs.resize(files);
  for (std::size_t i = 0; i < files; ++i) {
    stop_if_asked();
    reporter_.fetching(i, files);
    fetch_input(i, source_of(i));
  }
}

/// A file of this machine is read where it lies; its fingerprint is its size and when it was changed.
void JobAttempt::take_local_input(std::size_t number, const fs::path& path) {
  std::error_code error;
  const std::uintmax_t size = fs::file_size(path, error);
  if (error) throw Error(ErrorCode::not_found, fmt::format("input {} of the job cannot be read: {}", number + 1, error.message()));
  const FetchedInput found{path.string(), fmt::format("{}-{}", size, fs::last_write_time(path, error).time_since_epoch().count())};
  if (state_.inputs[number] == found) return;
  state_.is_merged = false;
  state_.inputs[number] = found;
  save_state();
}

void JobAttempt::fetch_input(std::size_t number, const JobSource& source) {
  if (const auto local = local_source(source)) return take_local_input(number, *local);
  const std::string key = key_of(source);
  const auto object = store_.stat(key);
  if (!object) throw Error(ErrorCode::not_found, fmt::format("input {} of the job is not in the store", number + 1));
  const FetchedInput wanted{key, object->etag};
  const fs::path path = input_path(number);
  std::error_code ignored;
  if (state_.inputs[number] == wanted && fs::exists(path, ignored)) return;
  state_.is_merged = false;
  state_.inputs[number] = {};
  save_state();
  fs::remove(path, ignored);
  GetOptions options;
  options.if_match = object->etag;
  store_.fetch(key, path, options, control_.token());
  state_.inputs[number] = wanted;
  save_state();
}

bool JobAttempt::outputs_are_there() const {
  return std::ranges::all_of(wanted_outputs(), [&](OutputKind kind) {
    return fs::exists(output_path(kind)) || state_.published.contains(std::string(output_name(kind)));
  });
}

std::vector<OutputKind> JobAttempt::wanted_outputs() const {
  std::vector<OutputKind> wanted;
  for (const OutputKind kind : output_kinds()) {
    if (kind != OutputKind::merged && data_.outputs.wants(kind)) wanted.push_back(kind);
  }
  wanted.push_back(OutputKind::merged);
  return wanted;
}

void JobAttempt::merge() {
  folder_->clear_outputs();
  AttemptRequest request;
  request.data = job_.job.data;
  for (std::size_t i = 0; i <= data_.enriched.size(); ++i) request.inputs.push_back({input_path(i), shown_name(i)});
  request.output_folder = folder_->outputs();
  request.temp_dir = settings_.temp_dir.empty() ? folder_->temp() : settings_.temp_dir;
  request.memory_bytes = settings_.memory_bytes;
  request.threads = settings_.threads;
  request.sql_engine = settings_.sql_engine;
  request.worker_pid = ::getpid();
  folder_->write(kRequestFile, to_json(request));

  if (settings_.sql_engine) reporter_.log(fmt::format("[DuckDB] Initialized database at {}", request.temp_dir.string()));
  std::optional<AttemptError> error;
  ChildCommand command;
  command.program = settings_.program;
  command.arguments = {"attempt", (folder_->path() / kRequestFile).string()};
  command.inherited_fd = folder_->lock_fd();
  const ChildExit exit = run_child(
      command,
      [&](std::string_view line) {
        const AttemptLine parsed = parse_attempt_line(line);
        if (const auto* progress = std::get_if<EngineProgress>(&parsed)) reporter_.merging(*progress);
        if (const auto* failure = std::get_if<AttemptError>(&parsed)) error = *failure;
      },
      control_.token());
  if (exit.was_stopped) throw Error(ErrorCode::cancelled, "stopped");
  if (exit.signal) {
    throw error_of_signal(*exit.signal);
  }
  if (exit.status != 0) {
    if (error) throw Error(error->code, without_paths(error->message));
    throw Error(ErrorCode::internal, fmt::format("the merge ended with status {} and said nothing", exit.status));
  }
  state_.is_merged = true;
  save_state();
}

/// Paths of this machine become what the job calls its files.
std::string JobAttempt::without_paths(std::string message) const {
  const auto replace = [&](const std::string& path, const std::string& name) {
    for (std::size_t at = 0; (at = message.find(path, at)) != std::string::npos; at += name.size()) {
      message.replace(at, path.size(), name);
    }
  };
  for (std::size_t i = data_.enriched.size() + 1; i-- > 0;) {
    replace(input_path(i).string(), shown_name(i));
  }
  replace(folder_->path().string() + "/", "");
  return message;
}

fs::path JobAttempt::output_path(OutputKind kind) const { return folder_->outputs() / data_.outputs.file_name(kind); }

std::string JobAttempt::output_key(OutputKind kind) const {
  const std::string prefix = data_.output_prefix.empty() ? settings_.results_prefix + job_.job.id + "/" : data_.output_prefix;
  return prefix + (prefix.ends_with('/') ? "" : "/") + data_.outputs.file_name(kind);
}

void JobAttempt::publish() {
  if (!outputs_are_there()) {
    // An attempt died between moving a file into the store and noting it: the merge gives the same bytes again.
    merge();
  }
  report_ = folder_->read("outputs/" + data_.outputs.file_name(OutputKind::report)).value_or("");
  const std::vector<OutputKind> wanted = wanted_outputs();
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    stop_if_asked();
    reporter_.publishing(i, wanted.size());
    publish_one(wanted[i]);
  }
  log_figures();
}

void JobAttempt::publish_one(OutputKind kind) {
  const std::string name(output_name(kind)), key = output_key(kind);
  if (const auto known = state_.published.find(name); known != state_.published.end()) {
    const auto object = store_.stat(key);
    if (object && object->etag == known->second) {
      published_[kind] = {*object, store_.uri(key)};
      return;
    }
    state_.published.erase(known);
    if (!fs::exists(output_path(kind))) merge();
  }
  PutFileOptions options;
  options.consume = kind != OutputKind::report;  // the result is made of the report
  require_lock();
  const ObjectInfo object = store_.put_file(key, output_path(kind), options, control_.token());
  state_.published[name] = object.etag;
  save_state();
  published_[kind] = {object, store_.uri(key)};
}

/// Nothing is published for a job that somebody else may own.
void JobAttempt::require_lock() {
  const JobLock locks[] = {job_.lock};
  if (!queue_.renew(locks, settings_.lock_duration).empty()) control_.stop(AttemptStop::lock_lost);
  stop_if_asked();
}

void JobAttempt::stop_if_asked() const {
  if (control_.token().stop_requested()) throw Error(ErrorCode::cancelled, "stopped");
}

/// The wordings that operators search for.
void JobAttempt::log_figures() {
  figures_ = merge_figures(report_);
  if (settings_.sql_engine) {
    reporter_.log(fmt::format("[DuckDB] Imported {} rows with {} columns into original", figures_.rows, figures_.original_columns));
  }
  reporter_.log(fmt::format("[MergeEngine] Consolidated {} unique records", figures_.consolidated));
  reporter_.log(fmt::format("[MergeEngine] Matched {} rows ({:.1f}% match rate)", figures_.matched, figures_.match_percent));
  reporter_.log(fmt::format("[MergeEngine] Exported to {}", published_.at(OutputKind::merged).uri));
  if (settings_.sql_engine) reporter_.log("[DuckDB] Cleaned up database file");
}

}  // namespace crm
