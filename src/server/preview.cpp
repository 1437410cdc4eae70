#include "server/preview.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/fd.h"
#include "base/temp_space.h"
#include "engine/engine.h"
#include "ingest/input.h"
#include "ingest/rejects.h"
#include "output/csv_writer.h"
#include "inspect/inspection.h"
#include "output/output_file.h"
#include "plan/header_mapping.h"
#include "plan/planner.h"
#include "server/file_profile.h"
#include "server/job_files.h"
#include "server/stored_json.h"

namespace crm {
namespace {

using nlohmann::ordered_json;
namespace fs = std::filesystem;

constexpr std::size_t kShownRows = 20;

class NoProgress final : public ProgressSink {
 public:
  void update(const Progress&) override {}
};

/// What cannot be read is left out of a sample; the real run accounts for it.
class IgnoredRejects final : public RejectSink {
 public:
  void add(const Reject&) override {}
};

/// One changed cell, as the provenance file tells it.
struct Change {
  std::string column, before, after, source;
};

class PreviewRun {
 public:
  PreviewRun(const Api& api, const JobData& data)
      : api_(api), data_(data), spec_(data.spec), temp_(api.options.temp_dir) {}

  ordered_json run() {
    open_original();
    open_enriched();
    choose_columns(data_.column_choices, original_->profile().columns, spec_);
    spec_.outputs.merged = path_of("merged.csv");
    spec_.outputs.provenance = path_of("provenance.csv");
    std::vector<InputProfile> profiles;
    for (const auto& input : enriched_) profiles.push_back(input->profile());
    plan_ = plan_merge(spec_, original_->profile(), profiles);
    merge();
    return json();
  }

 private:
  std::string path_of(const std::string& name) { return (temp_.named_folder() / (prefix_ + name)).string(); }

  std::string fetched(const JobSource& source, const std::string& path) {
    const std::string key = key_of_source(api_.parts.store, api_.options, source, path);
    if (key.empty()) throw Error(ErrorCode::denied, path + ": a preview reads uploaded files only");
    if (!api_.parts.store.stat(key)) throw Error(ErrorCode::not_found, path + ": there is no such file");
    return local_file(api_.parts.store, key, temp_);
  }

  InputOverrides given_for(const std::string& name) const {
    const auto found = spec_.overrides.find(name);
    return found == spec_.overrides.end() ? InputOverrides{} : found->second;
  }

  /// What our own writer writes: nothing is left to detect.
  static InputOverrides ours() { return {"utf-8", ',', true}; }

  std::unique_ptr<Input> open(const std::string& path, const std::string& name, bool is_original,
                              const InputOverrides& overrides) {
    OpenOptions options;
    options.overrides = overrides;
    options.is_original = is_original;
    options.max_record_bytes = spec_.max_record_bytes;
    options.temp = &temp_;
    InputRef ref;
    ref.path = path;
    ref.name = name;
    try {
      return open_input(ref, options);
    } catch (const Error& error) {
      throw Error(error.code(), with_name_for_path(error.message(), path, name));
    }
  }

  /// The original's sample as a file of its own, so that the engine reads rows as it always does.
  void open_original() {
    const std::string path = fetched(data_.original, "original.uri");
    const InputProfile whole = open(path, "original", true, given_for("original"))->profile();
    original_rows_ = whole.estimated_rows;
    original_is_whole_ = whole.sample_is_whole_file;
    std::string text;
    append_row(whole.columns, text);
    for (const auto& row : whole.sample) append_row(row, text);
    const std::string sample = path_of("original.csv");
    const auto file = create_output(sample);
    file->append(text);
    file->publish();
    original_ = open(sample, "original", true, ours());
    for (const std::string& warning : whole.warnings) {
      original_warnings_.push_back(with_name_for_path(warning, path, "original"));
    }
  }

  static void append_row(const std::vector<std::string>& cells, std::string& text) {
    append_record({cells.begin(), cells.end()}, ',', text);
  }

  void open_enriched() {
    std::vector<std::string> paths;
    std::uint64_t bytes = 0;
    for (std::size_t i = 0; i < data_.enriched.size(); ++i) {
      paths.push_back(fetched(data_.enriched[i], fmt::format("enriched[{}].uri", i)));
      bytes += fs::file_size(paths.back());
    }
    for (std::size_t i = 0; i < paths.size(); ++i) {
      const std::string& name = spec_.enriched[i].name;
      auto input = open(paths[i], name, false, given_for(name));
      const std::uint64_t size = fs::file_size(paths[i]);
      const auto share = static_cast<std::uint64_t>(static_cast<double>(size) / static_cast<double>(bytes) *
                                                    kPreviewEnrichedBytes);
      const bool cut =
          bytes > kPreviewEnrichedBytes && input->profile().compression == "none" && size > share;
      if (cut) input = open(head_of(paths[i], share, i), name, false, given_for(name));
      cut_ = cut_ || cut;
      enriched_.push_back(std::move(input));
    }
  }

  /// The first `bytes` of a file, cut at a line's end.
  std::string head_of(const std::string& path, std::uint64_t bytes, std::size_t index) {
    const std::string head = path_of(fmt::format("{}-{}", index, fs::path(path).filename().string()));
    const auto out = create_output(head);
    const UniqueFd in = open_for_reading(path);
    constexpr std::size_t kPieceBytes = 1u << 20;
    std::string piece(kPieceBytes, '\0');
    for (std::uint64_t at = 0; at < bytes;) {
      const std::size_t got = read_at(in.get(), at, piece.data(), kPieceBytes, path);
      at += got;
      std::string_view part(piece.data(), got);
      const bool last = got < kPieceBytes || at >= bytes;
      if (last && part.rfind('\n') != std::string_view::npos) part = part.substr(0, part.rfind('\n') + 1);
      out->append(part);
      if (last) break;
    }
    out->publish();
    return head;
  }

  void merge() {
    const auto merged = create_output(spec_.outputs.merged),
               provenance = create_output(spec_.outputs.provenance);
    EngineInputs inputs;
    inputs.original = original_.get();
    for (const auto& input : enriched_) inputs.enriched.push_back(input.get());
    IgnoredRejects rejects;
    inputs.rejects = &rejects;
    EngineOutputs outputs;
    outputs.merged = merged.get();
    outputs.provenance = provenance.get();
    EngineLimits limits;
    limits.memory_bytes = api_.options.preview_memory_bytes;
    limits.threads = api_.options.preview_threads;
    limits.temp_dir = temp_.named_folder();
    NoProgress progress;
    report_ = make_stream_engine()->run(plan_, inputs, outputs, limits, progress, {});
    merged->publish();
    provenance->publish();
  }

  using Rows = std::vector<std::vector<std::string>>;

  /// The sample of a file that the engine wrote: enough for what is shown.
  Rows read_back(const std::string& path) { return open(path, "preview", false, ours())->profile().sample; }

  std::map<std::uint64_t, std::vector<Change>> changes_by_row() {
    // row,record_id,column,before,after,source,…: see provenance_header.
    enum Field : std::size_t { row = 0, column = 2, before = 3, after = 4, source = 5 };
    std::map<std::uint64_t, std::vector<Change>> changes;
    for (const auto& line : read_back(spec_.outputs.provenance)) {
      if (line.size() <= source) continue;
      changes[std::stoull(line[row])].push_back({line[column], line[before], line[after], line[source]});
    }
    return changes;
  }

  ordered_json rows_json() {
    const Rows merged = read_back(spec_.outputs.merged);
    const auto changes = changes_by_row();
    ordered_json rows = ordered_json::array();
    // Changed rows say more than others: they come first.
    for (const bool changed : {true, false}) {
      for (std::size_t i = 0; i < merged.size() && rows.size() < kShownRows; ++i) {
        const auto found = changes.find(i + 1);
        if ((found != changes.end()) != changed) continue;
        ordered_json list = ordered_json::array();
        if (changed) {
          for (const Change& change : found->second) {
            list.push_back({{"column", change.column},
                            {"before", change.before},
                            {"after", change.after},
                            {"source", change.source}});
          }
        }
        rows.push_back({{"row", i + 1},
                        {"matched", is_matched(merged[i])},
                        {"values", merged[i]},
                        {"changes", std::move(list)}});
      }
    }
    return rows;
  }

  bool is_matched(const std::vector<std::string>& cells) const {
    for (std::size_t c = 0; c < plan_.output.size() && c < cells.size(); ++c) {
      if (plan_.output[c].role == OutputColumn::Role::match_quality) return cells[c] == "matched";
    }
    return false;
  }

  void add_figures(std::size_t column, ordered_json& json) const {
    const ColumnAccount& account = report_.columns[column];
    json["filled_before"] = account.filled_before;
    json["filled_after"] = account.filled_after;
    json["changed"] = account.changed;
    json["conflicts"] = account.conflicts_real;
  }

  /// Where each column of each enriched file goes, and why.
  ordered_json mappings_json() const {
    std::vector<InputProfile> profiles;
    for (const auto& input : enriched_) profiles.push_back(input->profile());
    PlanNotes notes;
    const HeaderMap headers = map_headers(spec_, original_->profile(), profiles, notes);
    ordered_json mappings = ordered_json::array();
    for (std::size_t f = 0; f < enriched_.size(); ++f) {
      for (std::size_t c = 0; c < headers.inputs[f].size(); ++c) {
        const MappedColumn& mapped = headers.inputs[f][c];
        ordered_json target = nullptr;
        if (mapped.target >= 0) target = headers.columns[static_cast<std::size_t>(mapped.target)].name;
        mappings.push_back({{"file", plan_.inputs[f].name},
                            {"column", profiles[f].columns[c]},
                            {"goes_to", std::move(target)},
                            {"reason", map_reason_name(mapped.reason)}});
      }
    }
    return mappings;
  }

  ordered_json columns_json() const {
    static constexpr std::string_view kRoles[] = {
        "original", "alternate", "fresh", "matched_on", "match_score", "enriched_from", "match_quality"};
    ordered_json columns = ordered_json::array();
    for (const OutputColumn& column : plan_.output) {
      ordered_json sources = ordered_json::array();
      if (column.column >= 0) {
        const PlanColumn& merged = plan_.columns[static_cast<std::size_t>(column.column)];
        for (std::size_t f = 0; f < merged.sources.size(); ++f) {
          if (merged.sources[f] < 0) continue;
          sources.push_back(
              {{"file", plan_.inputs[f].name},
               {"column", enriched_[f]->profile().columns[static_cast<std::size_t>(merged.sources[f])]}});
        }
      }
      columns.push_back({{"name", column.name},
                         {"role", kRoles[static_cast<std::size_t>(column.role)]},
                         {"sources", std::move(sources)}});
      if (column.column >= 0) add_figures(static_cast<std::size_t>(column.column), columns.back());
    }
    return columns;
  }

  ordered_json warnings_json() const {
    std::vector<std::string> all = plan_.warnings;
    all.insert(all.end(), data_.warnings.begin(), data_.warnings.end());
    all.insert(all.end(), original_warnings_.begin(), original_warnings_.end());
    if (cut_)
      all.push_back(
          "the enriched files are large: only their beginnings were read, so more rows will match than shown "
          "here");
    return all;
  }

  ordered_json json() {
    ordered_json enriched = ordered_json::array(), by_identifier = ordered_json::array(),
                 labels = ordered_json::array();
    for (std::size_t f = 0; f < enriched_.size(); ++f) {
      enriched.push_back({{"name", plan_.inputs[f].name}, {"rows", report_.inputs[f + 1].rows}});
    }
    for (std::size_t i = 0; i < plan_.identifiers.size(); ++i) {
      labels.push_back(plan_.identifiers[i].label);
      by_identifier.push_back({{"identifier", plan_.identifiers[i].label},
                               {"rows_matched", report_.identifiers[i].rows_matched}});
    }
    std::uint64_t filled_in_original = 0, filled_in_new = 0, conflicts = 0;
    for (std::size_t c = 0; c < report_.columns.size(); ++c) {
      const ColumnAccount& column = report_.columns[c];
      const std::uint64_t filled = column.filled_after - std::min(column.filled_after, column.filled_before);
      (plan_.columns[c].original_column ? filled_in_original : filled_in_new) += filled;
      conflicts += column.conflicts_real;
    }
    const double rows = static_cast<double>(std::max<std::uint64_t>(1, report_.inputs[0].rows));
    return {{"sampled", !original_is_whole_ || cut_},
            {"sampled_rows", {{"original", report_.inputs[0].rows}, {"enriched", std::move(enriched)}}},
            {"estimated_rows", original_rows_},
            {"identifiers", std::move(labels)},
            {"columns", columns_json()},
            {"mappings", mappings_json()},
            {"match_rate", std::round(static_cast<double>(report_.matched_rows) / rows * 1e6) / 1e6},
            {"matched_rows", report_.matched_rows},
            {"by_identifier", std::move(by_identifier)},
            {"filled_cells", filled_in_original + filled_in_new},
            {"filled_in_original", filled_in_original},
            {"filled_in_new", filled_in_new},
            {"conflicts", conflicts},
            {"rows", rows_json()},
            {"decisions", plan_.decisions},
            {"warnings", warnings_json()}};
  }

  const Api& api_;
  const JobData& data_;
  MergeSpec spec_;
  TempSpace temp_;
  const std::string prefix_ = random_id() + "-";
  std::unique_ptr<Input> original_;
  std::vector<std::unique_ptr<Input>> enriched_;
  std::uint64_t original_rows_ = 0;
  bool original_is_whole_ = false, cut_ = false;
  std::vector<std::string> original_warnings_;
  MergePlan plan_;
  MergeReport report_;
};

}  // namespace

ordered_json preview_json(const Api& api, const JobData& data) { return PreviewRun(api, data).run(); }

}  // namespace crm
