#include "spec/spec_keys.h"

#include "model/rule_names.h"

namespace crm {
namespace {

using enum SpecShape;

std::vector<std::string> match_modes() { return {"any", "all"}; }
std::vector<std::string> engines() { return {"stream", "sql"}; }

constexpr SpecKey kKeys[] = {
    {"original", original},
    {"enriched", enriched},

    {"delimiter", per_input},
    {"encoding", per_input},
    {"no-header", no_header},
    {"max-record-bytes", number},
    {"blank", list},
    {"rejects", path},
    {"max-rejects", number},

    {"on", identifiers},
    {"match", word, match_modes},
    {"max-shared", kind_numbers},
    {"columns-for", kind_lists},
    {"region", text},
    {"email-aliases", on_off},

    {"map", column_map},
    {"no-auto-map", on_off},
    {"columns", list},
    {"drop", list},
    {"id", text},
    {"match-column", text},
    {"explain-columns", on_off},

    {"strategy", word, strategy_names},
    {"strategy-for", column_words, strategy_names},
    {"prefer", column_lists},
    {"separator", text},
    {"recency", text},
    {"recency-format", text},
    {"on-conflict", word, policy_names},
    {"on-conflict-for", column_words, policy_names},
    {"alternate-suffix", text},

    {"output", path},
    {"excel-safe", path},
    {"report", path},
    {"changes", path},
    {"provenance", path},
    {"conflicts", path},
    {"unmatched-enriched", path},

    {"engine", word, engines},
    {"database", path},
    {"memory-limit", number},
    {"threads", number},
    {"temp-dir", path},
};

}  // namespace

std::span<const SpecKey> spec_keys() { return kKeys; }

const SpecKey* find_spec_key(std::string_view name) {
  for (const SpecKey& key : kKeys) {
    if (key.name == name) return &key;
  }
  return nullptr;
}

}  // namespace crm
