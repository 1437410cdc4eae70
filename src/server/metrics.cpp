#include "server/metrics.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "base/error.h"

namespace crm {
namespace {

enum class Type { counter, gauge, histogram };

struct Row {
  std::string_view name;
  Type type;
  std::string_view help;
  std::span<const double> bounds = {};
};

constexpr double kRequestSeconds[] = {0.001, 0.005, 0.025, 0.1, 0.5, 2, 10, 60};
constexpr double kJobSeconds[] = {0.1, 0.5, 1, 2, 5, 10, 30, 60, 300, 900, 3600};
constexpr double kShares[] = {0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 1};

constexpr Row kRows[] = {
    {"crm_merge_http_requests_total", Type::counter, "Requests answered, by route, method and status"},
    {"crm_merge_http_request_seconds", Type::histogram, "Time to answer, bodies included, by route",
     kRequestSeconds},
    {"crm_merge_http_connections", Type::gauge, "Open connections"},
    {"crm_merge_http_refused_connections_total", Type::counter, "Connections over the limit"},
    {"crm_merge_event_readers", Type::gauge, "Open WebSockets"},
    {"crm_merge_uploaded_bytes_total", Type::counter, "Bytes of uploads that arrived"},
    {"crm_merge_queue_jobs", Type::gauge, "Jobs by state"},
    {"crm_merge_job_seconds", Type::histogram, "Time of one attempt, by outcome", kJobSeconds},
    {"crm_merge_job_rows_total", Type::counter, "Rows written to merged files"},
    {"crm_merge_job_rows_per_second", Type::gauge, "Of the last job that completed"},
    {"crm_merge_job_match_rate", Type::histogram, "Share of original rows that matched", kShares},
    {"crm_merge_job_failures_total", Type::counter, "Attempts that failed, by reason (the error's code)"},
    {"crm_merge_job_peak_memory_bytes", Type::gauge, "Of the last job"},
    {"crm_merge_job_spilled_bytes_total", Type::counter, "Bytes that jobs wrote to temporary files"},
    {"crm_merge_temp_bytes", Type::gauge, "Bytes in the temporary folder"},
    {"crm_merge_free_bytes", Type::gauge, "Bytes free, by place"},
    {"crm_merge_orphans_removed_total", Type::counter, "Left-overs of dead owners that the janitor removed"},
    {"crm_merge_process_resident_bytes", Type::gauge, "Memory of this process"},
};

const Row& row_of(std::string_view name) {
  const auto found =
      std::find_if(std::begin(kRows), std::end(kRows), [&](const Row& row) { return row.name == name; });
  if (found == std::end(kRows)) throw Error(ErrorCode::internal, fmt::format("no such metric: {}", name));
  return *found;
}

std::string_view type_word(Type type) {
  switch (type) {
    case Type::counter:
      return "counter";
    case Type::gauge:
      return "gauge";
    case Type::histogram:
      return "histogram";
  }
  return "untyped";
}

/// `a="b",c="d"`, with what the format wants escaped.
std::string label_text(const Metrics::Labels& labels) {
  std::string text;
  for (const auto& [name, value] : labels) {
    text += fmt::format("{}{}=\"", text.empty() ? "" : ",", name);
    for (const char c : value) {
      if (c == '\\' || c == '"') text += '\\';
      text += c == '\n' ? ' ' : c;
    }
    text += '"';
  }
  return text;
}

std::string in_braces(const std::string& labels) { return labels.empty() ? "" : "{" + labels + "}"; }

}  // namespace

Metrics::Series& Metrics::series(std::string_view name, const Labels& labels) {
  const Row& row = row_of(name);
  // A label's values come from tables of ours; should one not, memory stays bounded.
  constexpr std::size_t kMaxSeries = 2000;
  auto& all = series_[std::string(name)];
  std::string key = label_text(labels);
  if (all.size() >= kMaxSeries && !all.contains(key)) key = "overflow=\"true\"";
  Series& found = all[key];
  if (row.type == Type::histogram && found.buckets.empty()) found.buckets.resize(row.bounds.size() + 1);
  return found;
}

void Metrics::add(std::string_view name, const Labels& labels, double amount) {
  const std::lock_guard lock(mutex_);
  series(name, labels).value += amount;
}

void Metrics::set(std::string_view name, const Labels& labels, double value) {
  const std::lock_guard lock(mutex_);
  series(name, labels).value = value;
}

void Metrics::observe(std::string_view name, const Labels& labels, double value) {
  const Row& row = row_of(name);
  const auto bucket = std::lower_bound(row.bounds.begin(), row.bounds.end(), value) - row.bounds.begin();
  const std::lock_guard lock(mutex_);
  Series& found = series(name, labels);
  found.value += value;
  ++found.buckets[static_cast<std::size_t>(bucket)];
}

std::string Metrics::text() const {
  const std::lock_guard lock(mutex_);
  std::string text;
  for (const Row& row : kRows) {
    const auto found = series_.find(row.name);
    if (found == series_.end()) continue;
    text += fmt::format("# HELP {0} {1}\n# TYPE {0} {2}\n", row.name, row.help, type_word(row.type));
    for (const auto& [labels, series] : found->second) {
      if (row.type != Type::histogram) {
        text += fmt::format("{}{} {}\n", row.name, in_braces(labels), series.value);
        continue;
      }
      std::uint64_t sum = 0;
      const std::string comma = labels.empty() ? "" : ",";
      for (std::size_t i = 0; i < series.buckets.size(); ++i) {
        sum += series.buckets[i];
        const std::string bound = i < row.bounds.size() ? fmt::format("{}", row.bounds[i]) : "+Inf";
        text += fmt::format("{}_bucket{{{}{}le=\"{}\"}} {}\n", row.name, labels, comma, bound, sum);
      }
      text +=
          fmt::format("{0}_sum{1} {2}\n{0}_count{1} {3}\n", row.name, in_braces(labels), series.value, sum);
    }
  }
  return text;
}

}  // namespace crm
