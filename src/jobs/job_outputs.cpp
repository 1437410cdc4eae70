#include <array>

#include "base/error.h"
#include "jobs/job_data.h"

namespace crm {
namespace {

using enum OutputKind;
constexpr std::array kKinds = {merged, report, changes, provenance, conflicts, unmatched_enriched, rejects};

}  // namespace

std::span<const OutputKind> output_kinds() { return kKinds; }

std::string_view output_name(OutputKind kind) {
  switch (kind) {
    case merged:
      return "merged";
    case report:
      return "report";
    case changes:
      return "changes";
    case provenance:
      return "provenance";
    case conflicts:
      return "conflicts";
    case unmatched_enriched:
      return "unmatched_enriched";
    case rejects:
      return "rejects";
  }
  throw Error(ErrorCode::internal, "no such output");
}

std::optional<OutputKind> output_of_name(std::string_view name) {
  for (const OutputKind kind : kKinds) {
    if (output_name(kind) == name) return kind;
  }
  return std::nullopt;
}

bool JobOutputs::wants(OutputKind kind) const {
  switch (kind) {
    case OutputKind::merged:
      return true;
    case OutputKind::report:
      return report;
    case OutputKind::changes:
      return changes;
    case OutputKind::provenance:
      return provenance;
    case OutputKind::conflicts:
      return conflicts;
    case OutputKind::unmatched_enriched:
      return unmatched_enriched;
    case OutputKind::rejects:
      return rejects;
  }
  return false;
}

std::string JobOutputs::file_name(OutputKind kind) const {
  const std::string name(output_name(kind));
  if (kind == OutputKind::report) return name + ".json";
  if (kind != OutputKind::merged) return name + ".csv";
  return name + "." + merged_format + (merged_compression.empty() ? "" : "." + merged_compression);
}

}  // namespace crm
