#include "app/inspect_command.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>

#include <unistd.h>

#include "app/exit_status.h"
#include "app/inspect_text.h"
#include "merge/opened_inputs.h"
#include "app/progress_display.h"
#include "app/resolve_parts.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/temp_space.h"
#include "inspect/inspection.h"
#include "plan/spec_parse.h"

namespace crm {
namespace {

/// Of all samples of keys together.
constexpr std::size_t kKeysInMemory = 4u << 20;
constexpr std::size_t kLeastKeysOfASample = 4096;

[[noreturn]] void refuse(std::string message) { throw Error(ErrorCode::invalid_config, std::move(message)); }

/// The keys of one identifier, per related file.
using KeySamples = std::vector<std::vector<KeySample>>;

class InspectWork {
 public:
  InspectWork(const InspectRun& inspect, const CommandContext& context)
      : inspect_(inspect), context_(context), temp_(inspect.run.limits.temp_dir) {}

  Inspection run() {
    open_files();
    relate();
    read_files();
    compare_keys();
    return std::move(inspection_);
  }

 private:
  const MergeSpec& spec() const { return inspect_.run.spec; }

  void open_files() {
    std::vector<InputRef> refs = {spec().original};
    refs.insert(refs.end(), spec().enriched.begin(), spec().enriched.end());
    for (const InputRef& ref : refs) {
      InspectedFile file;
      file.name = inputs_.empty() ? inspect_.name_of_first : ref.name;
      file.path = ref.sheet.empty() ? ref.path : ref.path + "#" + ref.sheet;
      OpenOptions options;
      options.overrides = overrides_for(spec(), ref.name);
      options.max_record_bytes = spec().max_record_bytes;
      options.temp = &temp_;
      options.memory_bytes = inspect_.run.limits.memory_bytes;
      options.threads = inspect_.run.limits.threads;
      options.stop = context_.stop;
      std::unique_ptr<Input> input;
      try {
        input = open_input(ref, options);
        file.profile = input->profile();
      } catch (const Error& error) {
        note_problem(error, file);
      }
      inputs_.push_back(std::move(input));
      inspection_.files.push_back(std::move(file));
    }
  }

  /// What is wrong with a file stays with that file; everything else ends the inspection.
  void note_problem(const Error& error, InspectedFile& file) const {
    const bool of_input = error.code() == ErrorCode::invalid_input || error.code() == ErrorCode::not_found;
    if (!of_input || context_.stop.stop_requested()) throw error;
    file.problem = error.message();
  }

  void relate() {
    std::vector<InputProfile> profiles;
    for (std::size_t i = 0; i < inspection_.files.size(); ++i) {
      const auto& profile = inspection_.files[i].profile;
      if (!profile || profile->empty) continue;
      inspection_.related.push_back(i);
      profiles.push_back(*profile);
    }
    if (profiles.size() < 2 || inspection_.related.front() != 0) return inspection_.related.clear();
    inspection_.relations = relate_files(spec(), profiles);
    const std::size_t identifiers = inspection_.relations->identifiers.size();
    const std::size_t all = std::max<std::size_t>(identifiers * profiles.size(), 1);
    const KeySample sample(std::clamp(kKeysInMemory / all, kLeastKeysOfASample, KeySample::kMostKeys));
    keys_.assign(identifiers, std::vector<KeySample>(profiles.size(), sample));
  }

  void read_files() {
    const auto began = std::chrono::steady_clock::now();
    const std::unique_ptr<ProgressDisplay> display = make_progress_display(
        {inspect_.run.progress, context_.display,
         [began] { return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count(); },
         context_.write_error});
    std::uint64_t all_bytes = 0, bytes_before = 0;
    for (const auto& input : inputs_) all_bytes += input ? input->text_bytes() : 0;
    try {
      for (std::size_t i = 0; i < inputs_.size(); ++i) {
        if (!inputs_[i]) continue;
        read_file(i, {*display, bytes_before, std::max<std::uint64_t>(all_bytes, 1)});
        bytes_before += inputs_[i]->text_bytes();
        inputs_[i].reset();
      }
      display->finish(true);
    } catch (...) {
      display->finish(false);
      throw;
    }
  }

  struct ReadingPlace {
    ProgressDisplay& display;
    std::uint64_t bytes_before, all_bytes;
  };

  void read_file(std::size_t index, const ReadingPlace& place) {
    InspectedFile& file = inspection_.files[index];
    Input& input = *inputs_[index];
    InspectOptions options;
    options.threads = inspect_.run.limits.threads;
    options.most_rows = inspect_.sample_rows;
    options.keys = {spec().region, spec().email_aliases, BlankRule(spec().blank)};
    options.stop = context_.stop;
    options.progress = [&](std::uint64_t bytes, std::uint64_t rows) {
      Progress progress;
      progress.stage = Stage::import_enriched;
      progress.detail = file.name;
      progress.fraction = static_cast<double>(place.bytes_before + bytes) / static_cast<double>(place.all_bytes);
      progress.stage_fraction = static_cast<double>(bytes) / static_cast<double>(std::max<std::uint64_t>(input.text_bytes(), 1));
      progress.rows = rows;
      place.display.update(progress);
    };
    try {
      file.findings = inspect_file(input, wanted_keys(index), options);
    } catch (const Error& error) {
      note_problem(error, file);
      file.profile.reset();
    }
  }

  std::vector<WantedKeys> wanted_keys(std::size_t index) {
    std::vector<WantedKeys> wanted;
    const auto place = std::find(inspection_.related.begin(), inspection_.related.end(), index);
    if (place == inspection_.related.end()) return wanted;
    const auto file = static_cast<std::size_t>(place - inspection_.related.begin());
    for (std::size_t i = 0; i < keys_.size(); ++i) {
      const SharedIdentifier& identifier = inspection_.relations->identifiers[i];
      if (!identifier.columns[file].empty()) {
        wanted.push_back({identifier.kind, identifier.columns[file], &keys_[i][file]});
      }
    }
    return wanted;
  }

  void compare_keys() {
    for (const std::size_t index : inspection_.related) {
      if (inspection_.files[index].profile) continue;
      inspection_.relations.reset();  // it broke off while it was read
      inspection_.related.clear();
      return;
    }
    for (const std::vector<KeySample>& samples : keys_) {
      std::vector<KeyFindings>& findings = inspection_.keys.emplace_back();
      for (const KeySample& sample : samples) {
        const bool exact = sample.level() == 0;
        findings.push_back({sample.count(), exact, count_shared(samples.front(), sample),
                            exact && samples.front().level() == 0});
      }
    }
  }

  const InspectRun& inspect_;
  const CommandContext& context_;
  TempSpace temp_;
  std::vector<std::unique_ptr<Input>> inputs_;  // null: cannot be read, or has been
  KeySamples keys_;
  Inspection inspection_;
};

}  // namespace

InspectRun resolve_inspect(const TypedOptions& typed, const Machine& machine) {
  if (typed.inputs.empty()) refuse("no input files: crm-merge inspect FILE...; see crm-merge inspect --help");
  InspectRun inspect;
  MergeSpec& spec = inspect.run.spec;
  spec.original = named_input(typed.inputs[0]);
  inspect.name_of_first = typed.inputs.size() > 1 ? "original" : spec.original.name;
  spec.original.name = "original";  // for the overrides
  for (std::size_t i = 1; i < typed.inputs.size(); ++i) spec.enriched.push_back(named_input(typed.inputs[i]));
  make_names_unique(spec.enriched);
  refuse_second_stdin(spec);
  resolve_overrides(typed, spec);
  resolve_region(typed, spec);
  resolve_max_record_bytes(typed, spec);
  spec.auto_map = !typed.has("--no-auto-map");
  if (const auto text = typed.one("--blank")) spec.blank = parse_blank_list("--blank", *text);
  resolve_limits(typed, machine, inspect.run);
  resolve_display(typed, inspect.run);
  if (const auto text = typed.one("--sample")) {
    inspect.sample_rows = parse_count("--sample", *text);
    if (*inspect.sample_rows == 0) refuse("--sample: give a number of rows, 1 or more");
  }
  inspect.json = typed.has("--json");
  return inspect;
}

int run_inspect(const InspectRun& inspect, const CommandContext& context) {
  const Inspection inspection = InspectWork(inspect, context).run();
  const std::string text = inspect.json ? inspection_json(inspection)
                                        : inspection_text(inspection, detect_display(STDOUT_FILENO), inspect.run.verbose);
  write_all(STDOUT_FILENO, text, "standard output");
  int status = 0;
  for (const InspectedFile& file : inspection.files) {
    if (file.profile) continue;
    const Error error(ErrorCode::invalid_input, file.problem);
    status = exit_status(error.code(), 0);
    context.write_error(error_text(error, status, {inspect.run.json, inspect.run.verbose, context.display.colour}));
  }
  return status;
}

}  // namespace crm
