#pragma once

// For tests: small files on disk, a plan made by hand, and the engine's outputs as text.

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/temp_space.h"
#include "base/text.h"
#include "engine/stream/stream_engine.h"
#include "ingest/input.h"
#include "ingest/rejects.h"
#include "output/text_output.h"

namespace crm::test {

class NoRejects final : public RejectSink {
 public:
  void add(const Reject& reject) override { throw Error(ErrorCode::invalid_input, reject.reason); }
};

/// Notes progress and that it never goes back.
class NotedProgress final : public ProgressSink {
 public:
  void update(const Progress& progress) override {
    went_back |= progress.fraction < last.fraction;
    last = progress;
    stages.push_back(progress.stage);
  }
  Progress last;
  std::vector<Stage> stages;
  bool went_back = false;
};

struct MergeResult {
  std::string merged, changes, provenance, conflicts, unmatched;
  MergeReport report;
  bool operator==(const MergeResult& other) const {
    return merged == other.merged && changes == other.changes && provenance == other.provenance &&
           conflicts == other.conflicts && unmatched == other.unmatched;
  }
};

/// A merge of files given as text. Columns of one folded name are one column; the others are new.
class Merge {
 public:
  Merge(std::string original, std::vector<std::pair<std::string, std::string>> enriched)
      : texts_(std::move(enriched)),
        folder_(std::filesystem::temp_directory_path() /
                ("crm_engine_test_" + std::to_string(::getpid()) + "_" +
                 std::to_string(reinterpret_cast<std::uintptr_t>(this)))) {
    std::filesystem::create_directories(folder_);
    texts_.insert(texts_.begin(), {"original", std::move(original)});
    for (std::size_t i = 0; i < texts_.size(); ++i) {
      std::ofstream(path(i), std::ios::binary) << texts_[i].second;
    }
    make_plan();
  }
  ~Merge() { std::filesystem::remove_all(folder_); }

  /// Matches on the columns of this name, in every file that has one.
  PlanIdentifier& on(const std::string& name, Kind kind) {
    PlanIdentifier& identifier = plan.identifiers.emplace_back();
    identifier.kind = kind;
    identifier.label = name;
    for (std::size_t i = 0; i < headers_.size(); ++i) {
      std::vector<int>& columns =
          i == 0 ? identifier.original_columns : plan.inputs[i - 1].identifier_columns.emplace_back();
      for (std::size_t c = 0; c < headers_[i].size(); ++c) {
        if (fold_name(headers_[i][c]).starts_with(fold_name(name))) columns.push_back(static_cast<int>(c));
      }
    }
    for (PlanColumn& column : plan.columns) {
      if (column.original_column && fold_name(column.name) == fold_name(name)) column.is_identifier = true;
    }
    return identifier;
  }
  PlanColumn& column(const std::string& name) {
    for (PlanColumn& column : plan.columns) {
      if (same_name(column.name, name)) return column;
    }
    throw Error(ErrorCode::internal, "no column " + name);
  }
  void all(Strategy strategy) {
    for (PlanColumn& column : plan.columns) column.strategy = strategy;
  }
  void alternate(const std::string& name) {
    column(name).policy = ConflictPolicy::create_alternate;
    for (std::size_t i = 0; i < plan.output.size(); ++i) {
      const OutputColumn& output = plan.output[i];
      if (output.role != OutputColumn::Role::original || !same_name(output.name, name)) continue;
      plan.output.insert(plan.output.begin() + static_cast<std::ptrdiff_t>(i) + 1,
                         {OutputColumn::Role::alternate, name + "_enriched", -1, output.column});
      return;
    }
  }
  void everything_beside() {
    plan.want_changes = plan.want_provenance = plan.want_conflicts = plan.want_unmatched = true;
    for (std::size_t c = 0; c < plan.columns.size(); ++c)
      plan.unmatched_columns.push_back(static_cast<int>(c));
    plan.record_id_column = 0;
  }

  MergeResult run(const StreamTuning& tuning = {}, int threads = 1, std::stop_token stop = {}) const {
    progress = {};
    TempSpace temp(folder_);
    std::vector<std::unique_ptr<Input>> inputs;
    for (std::size_t i = 0; i < texts_.size(); ++i) {
      OpenOptions options;
      options.is_original = i == 0;
      options.temp = &temp;
      options.overrides.delimiter = ',';
      inputs.push_back(open_input({path(i).string(), texts_[i].first, true}, options));
    }
    NoRejects rejects;
    EngineInputs in{inputs[0].get(), {}, &rejects};
    for (std::size_t i = 1; i < inputs.size(); ++i) in.enriched.push_back(inputs[i].get());
    TextOutput merged("m.csv"), changes("c.csv"), provenance("p.csv"), conflicts("x.csv"), unmatched("u.csv");
    EngineOutputs out;
    if (!plan.dry_run) {
      out = {&merged, plan.want_changes ? &changes : nullptr, plan.want_provenance ? &provenance : nullptr,
             plan.want_conflicts ? &conflicts : nullptr, plan.want_unmatched ? &unmatched : nullptr};
    }
    EngineLimits limits;
    limits.threads = threads;
    limits.temp_dir = folder_;
    limits.memory_bytes = memory_bytes;
    MergeResult result;
    result.report = make_tuned_stream_engine(tuning)->run(plan, in, out, limits, progress, std::move(stop));
    result.merged = merged.text;
    result.changes = changes.text;
    result.provenance = provenance.text;
    result.conflicts = conflicts.text;
    result.unmatched = unmatched.text;
    return result;
  }

  MergePlan plan;
  std::uint64_t memory_bytes = 512u << 20;
  mutable NotedProgress progress;

 private:
  std::filesystem::path path(std::size_t i) const { return folder_ / (texts_[i].first + ".csv"); }

  void make_plan() {
    for (const auto& [name, text] : texts_) {
      std::istringstream line(text.substr(0, text.find('\n')));
      std::vector<std::string>& header = headers_.emplace_back();
      for (std::string cell; std::getline(line, cell, ',');) header.push_back(cell);
    }
    plan.original_header = headers_[0];
    plan.original_column_count = static_cast<int>(headers_[0].size());
    for (std::size_t f = 1; f < headers_.size(); ++f) {
      PlanInput& input = plan.inputs.emplace_back();
      input.name = texts_[f].first;
      input.column_count = static_cast<int>(headers_[f].size());
      input.targets.assign(headers_[f].size(), -1);
    }
    for (std::size_t c = 0; c < headers_[0].size(); ++c) merge_column(headers_[0][c], static_cast<int>(c));
    const std::size_t shared = plan.columns.size();
    for (std::size_t f = 1; f < headers_.size(); ++f) {
      for (const std::string& name : headers_[f]) {
        if (name == "Updated") plan.inputs[f - 1].recency_column = 0;
        bool known = false;
        for (const PlanColumn& column : plan.columns) known |= same_name(column.name, name);
        if (!known) merge_column(name, std::nullopt);
      }
    }
    for (std::size_t f = 1; f < headers_.size(); ++f) {
      for (std::size_t c = 0; c < headers_[f].size(); ++c) {
        if (headers_[f][c] == "Updated") plan.inputs[f - 1].recency_column = static_cast<int>(c);
      }
    }
    for (std::size_t c = shared; c < plan.columns.size(); ++c) {
      plan.output.push_back({OutputColumn::Role::fresh, plan.columns[c].name, -1, static_cast<int>(c)});
    }
    plan.output.push_back({OutputColumn::Role::matched_on, "matched_on", -1, -1});
    plan.output.push_back({OutputColumn::Role::enriched_from, "enriched_from", -1, -1});
  }

  /// Merges a column if some enriched file has it.
  void merge_column(const std::string& name, std::optional<int> original) {
    PlanColumn column;
    column.name = name;
    column.original_column = original;
    bool found = false;
    for (std::size_t f = 1; f < headers_.size(); ++f) {
      column.rank.push_back(static_cast<int>(f - 1));
      column.sources.push_back(-1);
      for (std::size_t c = 0; c < headers_[f].size() && column.sources.back() < 0; ++c) {
        if (same_name(headers_[f][c], name)) column.sources.back() = static_cast<int>(c);
      }
      if (column.sources.back() >= 0) {
        found = true;
        plan.inputs[f - 1].targets[column.sources.back()] = static_cast<int>(plan.columns.size());
      }
    }
    if (original) {
      plan.output.push_back({OutputColumn::Role::original, name, *original,
                             found ? static_cast<int>(plan.columns.size()) : -1});
    }
    if (found) plan.columns.push_back(std::move(column));
  }

  std::vector<std::pair<std::string, std::string>> texts_;
  std::filesystem::path folder_;
  std::vector<std::vector<std::string>> headers_;
};

}  // namespace crm::test
