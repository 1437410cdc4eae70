#pragma once

// For tests: a plan that has every kind of rule once.

#include "model/plan.h"

namespace crm::test {

/// An original (Id, Email, LinkedIn, City) and two files; every kind of rule once.
inline MergePlan plan_with_every_rule() {
  MergePlan plan;
  plan.original_header = {"Id", "Email", "LinkedIn", "City"};
  plan.original_column_count = 4;
  PlanIdentifier email;
  email.kind = Kind::email;
  email.label = "email";
  email.original_columns = {1};
  email.max_shared = 5;
  PlanIdentifier linkedin;
  linkedin.kind = Kind::linkedin;
  linkedin.label = "linkedin";
  linkedin.original_columns = {2};
  linkedin.company_fills_only = true;
  linkedin.fills = {1};
  plan.identifiers = {email, linkedin};
  plan.inputs = {{"apollo", 4, {{0, 3}, {1}}, {-1, -1, 0, -1}, {}}, {"o'brien", 5, {{0}, {}}, {-1, 0, 1, 2, 3}, 4}};
  const auto column = [&](const char* name, Strategy strategy, std::vector<int> sources) {
    PlanColumn made;
    made.name = name;
    made.strategy = strategy;
    made.rank = {0, 1};
    made.sources = std::move(sources);
    plan.columns.push_back(made);
  };
  column("City", Strategy::longest, {2, 1});
  plan.columns.back().original_column = 3;
  plan.columns.back().policy = ConflictPolicy::use_enriched;
  column("Industry", Strategy::most_recent, {-1, 2});
  column("Tags", Strategy::concat, {-1, 3});
  column("Title", Strategy::most_frequent, {3, 4});
  using Role = OutputColumn::Role;
  plan.output = {{Role::original, "Id", 0, -1},       {Role::original, "Email", 1, -1}, {Role::original, "LinkedIn", 2, -1},
                 {Role::original, "City", 3, 0},      {Role::fresh, "Industry", -1, 1}, {Role::fresh, "Tags", -1, 2},
                 {Role::fresh, "Title", -1, 3},       {Role::matched_on, "matched_on", -1, -1},
                 {Role::enriched_from, "from", -1, -1}, {Role::match_quality, "match_quality", -1, -1}};
  plan.unmatched_columns = {0, 1, 2, 3};
  plan.record_id_column = 0;
  plan.want_provenance = plan.want_conflicts = plan.want_unmatched = true;
  return plan;
}

}  // namespace crm::test
