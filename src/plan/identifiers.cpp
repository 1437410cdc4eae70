#include "plan/identifiers.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>

#include "base/error.h"
#include "base/text.h"
#include "match/keys.h"
#include "model/rule_names.h"
#include "plan/column_names.h"
#include "plan/identifier_detection.h"

namespace crm {
namespace {

constexpr std::string_view kOn = "--on";
constexpr std::uint64_t kDefaultMaxSharedPhone = 5;

[[noreturn]] void fail(const std::string& message) { throw Error(ErrorCode::invalid_config, message); }

std::string columns_shown(const std::vector<std::string>& header, const std::vector<int>& columns) {
  std::vector<std::string> names;
  for (int column : columns) names.push_back(shown(header[column]));
  return fmt::format("{}", fmt::join(names, ", "));
}

/// One identifier as it is found out, before labels and limits.
struct Found {
  Kind kind = Kind::exact;
  std::string text;  ///< the item of --on, for messages
  DetectedColumns original;
  std::vector<DetectedColumns> inputs;

  bool is_somewhere(const std::vector<InputProfile>& enriched) const {
    bool all_empty = true;
    for (std::size_t file = 0; file < inputs.size(); ++file) {
      if (!inputs[file].columns.empty()) return true;
      all_empty = all_empty && enriched[file].empty;
    }
    return all_empty;  // files without a header match nothing, but are no reason to stop
  }
};

class Resolver {
 public:
  Resolver(const IdentifierSources& sources, PlanNotes& notes)
      : sources_(sources),
        notes_(notes),
        blank_(sources.spec.blank),
        keys_(KeyOptions{sources.spec.region, sources.spec.email_aliases, blank_}) {}

  Identifiers resolve() {
    if (sources_.spec.on.empty()) {
      find_defaults();
    } else {
      for (const OnItem& item : sources_.spec.on) find_item(item);
    }
    check_every_file_takes_part();
    return finish();
  }

 private:
  const MergeSpec& spec() const { return sources_.spec; }
  const InputProfile& original() const { return sources_.original; }
  const std::vector<InputProfile>& enriched() const { return sources_.enriched; }

  std::string usable(const InputProfile& file) {
    const auto columns = usable_columns(file, keys_, blank_);
    if (columns.empty()) return "none of its columns looks usable";
    return fmt::format("columns that look usable: {}", fmt::join(columns, ", "));
  }

  /// The columns of an enriched file for an identifier that the original has in `ours`.
  DetectedColumns in_file(std::size_t file, Kind kind, const std::vector<int>& ours, bool synonyms) {
    const InputProfile& profile = enriched()[file];
    std::set<int> columns;
    std::set<std::string> our_names;
    for (int column : ours) {
      if (!is_white(original().columns[column])) our_names.insert(name_key(original().columns[column]));
    }
    for (std::size_t i = 0; i < profile.columns.size(); ++i) {
      const MappedColumn& mapped = sources_.headers.inputs[file][i];
      const auto target =
          mapped.target < 0 ? std::nullopt : sources_.headers.columns[mapped.target].original_column;
      const bool goes_there = target && std::find(ours.begin(), ours.end(), *target) != ours.end() &&
                              (synonyms || mapped.reason != MapReason::synonym);
      // A column that --map sends elsewhere is not ours any more, whatever its name is.
      const bool named_alike =
          our_names.count(name_key(profile.columns[i])) > 0 && mapped.reason != MapReason::rule;
      if (goes_there || named_alike) columns.insert(static_cast<int>(i));
    }
    if (kind != Kind::id && kind != Kind::exact) {
      for (int column : columns_named_for(profile, kind)) columns.insert(column);
      if (columns.empty()) return {columns_filled_with(profile, kind, keys_, blank_), true};
    }
    return {std::vector<int>(columns.begin(), columns.end()), false};
  }

  Found find(Kind kind, std::string text, DetectedColumns ours, bool synonyms = true, const OnItem* item = nullptr) {
    Found found{kind, std::move(text), std::move(ours), {}};
    const auto stated = item ? stated_columns(*item) : std::vector<std::optional<DetectedColumns>>(enriched().size());
    for (std::size_t file = 0; file < enriched().size(); ++file) {
      found.inputs.push_back(stated[file] ? *stated[file] : in_file(file, kind, found.original.columns, synonyms));
    }
    return found;
  }

  /// Per enriched file, its columns for an identifier where a spec file states them.
  std::vector<std::optional<DetectedColumns>> stated_columns(const OnItem& item) const {
    std::vector<std::optional<DetectedColumns>> stated(enriched().size());
    std::vector<std::string> names;
    for (const InputProfile& file : enriched()) names.push_back(file.name);
    for (const auto& [name, columns] : item.enriched_columns) {
      const std::string option = fmt::format("{} {}", kOn, shown(item.text));
      const std::size_t file = static_cast<std::size_t>(resolve_input(names, name, option));
      if (enriched()[file].empty) continue;
      std::set<int> found;
      for (const std::string& typed : columns) {
        found.insert(resolve_column(enriched()[file].columns, typed, {option, enriched()[file].name}));
      }
      stated[file] = DetectedColumns{{found.begin(), found.end()}, false};
    }
    return stated;
  }

  void find_defaults() {
    if (sources_.record_id) {
      // "The same" column is one of the same name: a vendor's own record ids mean nothing here.
      Found found = find(Kind::id, "id", {{*sources_.record_id}, false}, false);
      if (found.is_somewhere(enriched()) && !all_empty()) found_.push_back(std::move(found));
    }
    for (Kind kind : {Kind::email, Kind::linkedin}) {
      DetectedColumns ours = detect_columns(original(), kind, keys_, blank_);
      if (ours.columns.empty()) continue;
      Found found = find(kind, std::string(kind_name(kind)), std::move(ours));
      if (found.is_somewhere(enriched())) found_.push_back(std::move(found));
    }
    if (!found_.empty() || all_empty()) return;
    std::string message = fmt::format(
        "no record id, email or LinkedIn column is in both the original and an enriched file; name what to "
        "match by, such as "
        "--on phone or --on \"COLUMN:exact\". The original: {}",
        usable(original()));
    for (const InputProfile& file : enriched()) message += fmt::format("; {}: {}", file.name, usable(file));
    fail(message);
  }

  bool all_empty() const {
    return std::all_of(enriched().begin(), enriched().end(),
                       [](const InputProfile& file) { return file.empty; });
  }

  void find_item(const OnItem& item) {
    Found found =
        find(item.kind, item.text.empty() ? std::string(kind_name(item.kind)) : item.text, ours_of(item), true, &item);
    for (const Found& other : found_) {
      if (other.kind == found.kind && other.original.columns == found.original.columns) {
        fail(fmt::format("{} {}: the same identifier is given twice, as {} and {}", kOn, found.text,
                         shown(other.text), shown(found.text)));
      }
    }
    if (!found.is_somewhere(enriched())) fail_only_in_original(found);
    found_.push_back(std::move(found));
  }

  DetectedColumns ours_of(const OnItem& item) {
    if (item.columns.empty()) {
      if (item.kind == Kind::exact)
        fail(fmt::format("{} exact: say of which columns, such as --on \"COLUMN:exact\"", kOn));
      DetectedColumns ours = item.kind == Kind::id && sources_.record_id
                                 ? DetectedColumns{{*sources_.record_id}, false}
                                 : detect_columns(original(), item.kind, keys_, blank_);
      if (ours.columns.empty()) {
        fail(fmt::format("{0} {1}: the original has no {1} column; name it, as in --on \"COLUMN:{1}\" ({2})",
                         kOn, kind_name(item.kind), usable(original())));
      }
      return ours;
    }
    std::set<int> columns;
    for (const std::string& typed : item.columns) {
      const int column = resolve_column(original().columns, typed,
                                        {fmt::format("{} {}", kOn, shown(item.text)), "the original"});
      if (!columns.insert(column).second) {
        fail(fmt::format("{} {}: column {} is given twice", kOn, shown(item.text),
                         shown(original().columns[column])));
      }
    }
    return {std::vector<int>(columns.begin(), columns.end()), false};
  }

  [[noreturn]] void fail_only_in_original(const Found& found) {
    std::string message = fmt::format("{} {}: no enriched file has a column for {}", kOn, found.text,
                                      columns_shown(original().columns, found.original.columns));
    message += fmt::format("; say which it is with --map \"NAME:THEIRS={}\", or leave {} out of {}",
                           original().columns[found.original.columns.front()], found.text, kOn);
    for (const InputProfile& file : enriched()) {
      if (!file.empty) message += fmt::format("; {}: {}", file.name, usable(file));
    }
    fail(message);
  }

  void check_every_file_takes_part() {
    for (std::size_t file = 0; file < enriched().size(); ++file) {
      if (enriched()[file].empty) continue;
      std::vector<std::string> has, lacks;
      for (const Found& found : found_)
        (found.inputs[file].columns.empty() ? lacks : has).push_back(found.text);
      if (has.empty()) {
        fail(fmt::format(
            "{}: it has no column to match by ({}); {}; add its kind to --on, or say which column it is with "
            "--map \"{}:THEIRS={}\"",
            enriched()[file].name, fmt::join(lacks, ", "), usable(enriched()[file]), enriched()[file].name,
            original().columns[found_.front().original.columns.front()]));
      }
      if (spec().match == MatchMode::all && !lacks.empty()) {
        notes_.warnings.push_back(fmt::format("{}: no row can match, as --match all needs {} too",
                                              enriched()[file].name, fmt::join(lacks, ", ")));
      }
    }
  }

  std::uint64_t max_shared(Kind kind) const {
    if (spec().match == MatchMode::all) return 0;
    const auto given = spec().max_shared.find(kind);
    if (given != spec().max_shared.end()) return given->second;
    return kind == Kind::phone ? kDefaultMaxSharedPhone : 0;
  }

  void note(const PlanIdentifier& identifier, const Found& found) {
    std::string line = fmt::format("{}: {}{} in the original", identifier.label,
                                   columns_shown(original().columns, found.original.columns),
                                   found.original.by_content ? " (by its values)" : "");
    for (std::size_t file = 0; file < enriched().size(); ++file) {
      const DetectedColumns& theirs = found.inputs[file];
      line += fmt::format(
          "; {} in {}{}",
          theirs.columns.empty() ? "none" : columns_shown(enriched()[file].columns, theirs.columns),
          enriched()[file].name, theirs.columns.empty() || !theirs.by_content ? "" : " (by its values)");
    }
    notes_.decisions.push_back(line);
    const std::string& name = original().columns[found.original.columns.front()];
    if (found.kind == Kind::id && spec().on.empty() && fold_name(name) == "id") {
      notes_.warnings.push_back(
          fmt::format("rows are matched by {}, which both sides have; if the vendor's are ids of its own, "
                      "give --on email",
                      shown(name)));
    }
  }

  Identifiers finish() {
    Identifiers result;
    result.input_columns.resize(enriched().size());
    std::vector<std::string> names;
    for (const Found& found : found_) {
      PlanIdentifier identifier;
      identifier.kind = found.kind;
      identifier.original_columns = found.original.columns;
      identifier.max_shared = max_shared(found.kind);
      identifier.label = kind_name(found.kind);
      const auto of_kind = std::count_if(found_.begin(), found_.end(),
                                         [&](const Found& other) { return other.kind == found.kind; });
      if (of_kind > 1) {
        std::vector<std::string> columns;
        for (int column : identifier.original_columns) columns.push_back(original().columns[column]);
        identifier.label += fmt::format(" ({})", fmt::join(columns, "|"));
      }
      names.push_back(identifier.label);
      result.cascade.push_back(std::move(identifier));
      for (std::size_t file = 0; file < enriched().size(); ++file) {
        result.input_columns[file].push_back(found.inputs[file].columns);
      }
    }
    if (found_.empty()) {
      notes_.decisions.push_back("nothing to match by, as every enriched file is empty");
      return result;
    }
    notes_.decisions.push_back(fmt::format(
        "matching by {}{}", fmt::join(names, spec().match == MatchMode::all ? " and " : ", then "),
        spec().on.empty() ? " (--on chooses others)" : ""));
    for (std::size_t i = 0; i < found_.size(); ++i) note(result.cascade[i], found_[i]);
    note_max_shared(result);
    return result;
  }

  void note_max_shared(const Identifiers& result) {
    for (const PlanIdentifier& identifier : result.cascade) {
      if (identifier.max_shared == 0) continue;
      notes_.decisions.push_back(
          fmt::format("a {} on more than {} rows of one file does not match (--max-shared {}=N)",
                      identifier.label, identifier.max_shared, kind_name(identifier.kind)));
    }
    for (const auto& [kind, limit] : spec().max_shared) {
      const Kind wanted = kind;
      const bool is_used =
          std::any_of(result.cascade.begin(), result.cascade.end(),
                      [&](const PlanIdentifier& identifier) { return identifier.kind == wanted; });
      if (!is_used) {
        notes_.warnings.push_back(
            fmt::format("--max-shared {} has no effect: rows are not matched by it", kind_name(kind)));
      } else if (spec().match == MatchMode::all && limit > 0) {
        notes_.warnings.push_back(
            fmt::format("--max-shared {} has no effect with --match all", kind_name(kind)));
      }
    }
  }

  const IdentifierSources& sources_;
  PlanNotes& notes_;
  BlankRule blank_;
  KeyMaker keys_;
  std::vector<Found> found_;
};

}  // namespace

Identifiers resolve_identifiers(const IdentifierSources& sources, PlanNotes& notes) {
  return Resolver(sources, notes).resolve();
}

}  // namespace crm
