#include "app/resolve_inputs.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "app/resolve_parts.h"
#include "base/error.h"
#include "plan/column_names.h"
#include "plan/spec_parse.h"

namespace crm {
namespace {

[[noreturn]] void refuse(std::string message) { throw Error(ErrorCode::invalid_config, std::move(message)); }

/// The files as they were typed: the original, then the enriched ones.
void take_typed(Command command, const std::vector<std::string>& inputs, MergeSpec& spec) {
  const std::string name(command_name(command));
  if (inputs.empty()) {
    refuse(fmt::format("no input files: crm-merge {} ORIGINAL ENRICHED...; see crm-merge {} --help", name, name));
  }
  if (inputs.size() < 2) {
    refuse(fmt::format("no enriched file: crm-merge {} {} ENRICHED...; give at least one file to merge into it", name,
                       inputs[0]));
  }
  spec.original.path = inputs[0];
  if (spec.original.path.starts_with("original=") && !file_exists(spec.original.path)) spec.original.path.erase(0, 9);
  if (spec.original.path.empty()) refuse("the original's path is empty");
  for (std::size_t i = 1; i < inputs.size(); ++i) spec.enriched.push_back(named_input(inputs[i]));
}

/// The files of a spec with the typed ones in their places.
class SpecInputs {
 public:
  explicit SpecInputs(const SpecFile& file) : file_(file) {
    slots_.push_back({file.original ? file.original->ref : InputRef{"", "original", false, "", ""}, false});
    for (const SpecInput& input : *file.enriched) slots_.push_back({input.ref, false});
  }

  void take(const std::vector<std::string>& inputs) {
    std::vector<std::string> plain;
    for (const std::string& text : inputs) {
      const InputRef input = named_input(text);
      if (!input.name_given) plain.push_back(text);
      else if (Slot* slot = slot_of(input.name)) slot->fill(input.location());
      else added_.push_back(input);
    }
    if (!plain.empty()) place(plain);
  }

  void finish(MergeSpec& spec) const {
    for (const Slot& slot : slots_) {
      if (slot.input.path.empty()) {
        refuse(fmt::format("{}: {} has no path; give {}=PATH, or all the files in order: {}", file_.path,
                           slot.input.name == "original" ? "the original" : shown(slot.input.name), slot.input.name,
                           names()));
      }
    }
    spec.original = slots_[0].input;
    for (std::size_t i = 1; i < slots_.size(); ++i) spec.enriched.push_back(slots_[i].input);
    spec.enriched.insert(spec.enriched.end(), added_.begin(), added_.end());
  }

 private:
  struct Slot {
    InputRef input;
    bool is_typed = false;
    void fill(const std::string& path) {
      if (is_typed) refuse(fmt::format("{} is given twice", shown(input.name)));
      input.path = path;
      is_typed = true;
    }
  };

  Slot* slot_of(const std::string& name) {
    const auto found = std::find_if(slots_.begin(), slots_.end(), [&](const Slot& slot) { return slot.input.name == name; });
    return found == slots_.end() ? nullptr : &*found;
  }

  std::string names() const {
    std::vector<std::string> list;
    for (const Slot& slot : slots_) list.push_back(slot.input.name);
    return fmt::format("{}", fmt::join(list, ", "));
  }

  void place(const std::vector<std::string>& paths) {
    std::vector<Slot*> open, without_path;
    for (Slot& slot : slots_) {
      if (slot.is_typed) continue;
      open.push_back(&slot);
      if (slot.input.path.empty()) without_path.push_back(&slot);
    }
    const std::vector<Slot*>& wanted = paths.size() == without_path.size() ? without_path : open;
    if (paths.size() != wanted.size()) {
      refuse(fmt::format("{}: it is for {} ({}), and {} given; give all in order, or NAME=PATH for those that differ",
                         file_.path, fmt::format("{} files", slots_.size()), names(),
                         paths.size() == 1 ? "1 file is" : fmt::format("{} files are", paths.size())));
    }
    for (std::size_t i = 0; i < paths.size(); ++i) wanted[i]->fill(paths[i]);
  }

  const SpecFile& file_;
  std::vector<Slot> slots_;
  std::vector<InputRef> added_;
};

/// The columns that the spec knew, under the names that its files have now.
void know_columns(const SpecFile& file, MergeSpec& spec) {
  if (file.original && file.original->columns) spec.known_columns["original"] = *file.original->columns;
  if (!file.enriched) return;
  for (std::size_t i = 0; i < file.enriched->size() && i < spec.enriched.size(); ++i) {
    const auto& columns = (*file.enriched)[i].columns;
    if (columns) spec.known_columns[spec.enriched[i].name] = *columns;
  }
}

}  // namespace

void resolve_inputs(Command command, const TypedOptions& typed, const SpecFile* file, MergeSpec& spec) {
  if (file && file->enriched) {
    SpecInputs inputs(*file);
    inputs.take(typed.inputs);
    inputs.finish(spec);
  } else {
    std::vector<std::string> inputs = typed.inputs;
    const bool original_of_spec = file && file->original && !file->original->ref.path.empty();
    // With files that all have names the spec's original stands.
    if (original_of_spec && std::all_of(inputs.begin(), inputs.end(), [](const std::string& text) {
          return named_input(text).name_given && !text.starts_with("original=");
        })) {
      inputs.insert(inputs.begin(), file->original->ref.path);
    }
    take_typed(command, inputs, spec);
  }
  spec.original.name = "original";
  take_sheet(spec.original);
  for (InputRef& input : spec.enriched) take_sheet(input);
  make_names_unique(spec.enriched);
  if (file) know_columns(*file, spec);
  refuse_second_stdin(spec);
}

}  // namespace crm
