#include "plan/company_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>
#include <string_view>

#include "base/error.h"
#include "model/rule_names.h"
#include "plan/column_names.h"
#include "plan/merged_names.h"

namespace crm {
namespace {

bool has_kind(const std::vector<PlanIdentifier>& cascade, Kind kind) {
  return std::any_of(cascade.begin(), cascade.end(),
                     [&](const PlanIdentifier& identifier) { return identifier.kind == kind; });
}

/// Marks the identifiers whose match may mean the company alone, next to one of a person.
void mark_companies(const MergeSpec& spec, std::vector<PlanIdentifier>& cascade) {
  if (spec.match == MatchMode::all) return;  // a person's identifier agrees too
  const bool has_contact = has_kind(cascade, Kind::email) || has_kind(cascade, Kind::phone);
  const bool has_person = has_contact || has_kind(cascade, Kind::linkedin);
  for (PlanIdentifier& identifier : cascade) {
    identifier.company_fills_only =
        (identifier.kind == Kind::domain && has_person) || (identifier.kind == Kind::linkedin && has_contact);
  }
}

/// Adds columns to what the companies of a kind may fill. Returns false if no identifier is restricted so.
bool add_fills(Kind kind, const std::vector<int>& fills, std::vector<PlanIdentifier>& cascade) {
  bool is_added = false;
  for (PlanIdentifier& identifier : cascade) {
    if (identifier.kind != kind || !identifier.company_fills_only) continue;
    std::set<int> all(identifier.fills.begin(), identifier.fills.end());
    all.insert(fills.begin(), fills.end());
    identifier.fills.assign(all.begin(), all.end());
    is_added = true;
  }
  return is_added;
}

/// Says what a match by domain fills; LinkedIn keys of companies are too rare beside people's to speak of.
void note_domain_fills(const RuledColumns& ruled, const std::vector<PlanIdentifier>& cascade,
                       PlanNotes& notes) {
  for (const PlanIdentifier& identifier : cascade) {
    if (identifier.kind != Kind::domain || !identifier.company_fills_only) continue;
    std::vector<std::string> filled;
    for (int column : identifier.fills) filled.push_back(ruled.columns[column].name);
    if (filled.empty()) {
      notes.warnings.push_back(
          "a match by domain fills no column, as it means the company and not the person; name the columns "
          "it may fill with "
          "--columns-for domain=COLUMN,COLUMN");
    } else {
      notes.decisions.push_back(
          fmt::format("a match by {} fills only {}", identifier.label, shown_list(filled)));
    }
  }
}

}  // namespace

void apply_columns_for(const RuleSources& sources, const RuledColumns& ruled,
                       std::vector<PlanIdentifier>& cascade, PlanNotes& notes) {
  mark_companies(sources.spec, cascade);
  const MergedNames names(sources.original, sources.enriched, sources.headers);
  for (const auto& [kind_text, columns] : sources.spec.columns_for) {
    const auto kind = kind_of_name(kind_text);
    if (!kind || (*kind != Kind::domain && *kind != Kind::linkedin)) {
      throw Error(
          ErrorCode::invalid_config,
          fmt::format(
              "--columns-for {}: only domain and linkedin match a company; write domain=COLUMN,COLUMN",
              shown(kind_text)));
    }
    const std::string option = fmt::format("--columns-for {}", kind_name(*kind));
    std::vector<int> fills;
    for (const std::string& typed : columns) {
      const MergedNames::Meaning meaning = names.resolve(typed, option);
      if (meaning.shared >= 0 && ruled.number[meaning.shared] >= 0) {
        fills.push_back(ruled.number[meaning.shared]);
      } else {
        notes.warnings.push_back(fmt::format(
            "{}: {} is never filled: {}", option, shown(typed),
            meaning.shared < 0 ? "no enriched file has this column" : "--columns or --drop leave it out"));
      }
    }
    if (add_fills(*kind, fills, cascade)) continue;
    const std::string_view why =
        !has_kind(cascade, *kind) ? "rows are not matched by it"
        : sources.spec.match == MatchMode::all
            ? "with --match all a match is a person's"
            : "no identifier of a person is in --on, so its match fills every column";
    notes.warnings.push_back(fmt::format("{} has no effect: {}", option, why));
  }
  note_domain_fills(ruled, cascade, notes);
}

}  // namespace crm
