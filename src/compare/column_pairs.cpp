#include "compare/column_pairs.h"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "base/error.h"
#include "base/text.h"
#include "model/rule_names.h"
#include "plan/column_names.h"
#include "plan/header_meaning.h"
#include "plan/spec_parse.h"

namespace crm {
namespace {

using Header = std::vector<std::string>;

/// Pairs columns whose `key_of` their names is the same, the n-th with the n-th, among those that have no partner yet.
template <class KeyOf>
void pair_by(const Header& a, const Header& b, KeyOf&& key_of, std::vector<int>& partner_of_a, std::vector<bool>& taken_b) {
  std::map<std::string, std::vector<int>> places;  // in b, the last first
  for (std::size_t i = b.size(); i-- > 0;) {
    if (!taken_b[i]) places[key_of(b[i])].push_back(static_cast<int>(i));
  }
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (partner_of_a[i] >= 0) continue;
    const auto found = places.find(key_of(a[i]));
    if (found == places.end() || found->second.empty()) continue;
    partner_of_a[i] = found->second.back();
    taken_b[static_cast<std::size_t>(found->second.back())] = true;
    found->second.pop_back();
  }
}

/// Marks the fewest pairs without which the others stand in the same order in both files.
void mark_moved(std::vector<ColumnPair>& pairs) {
  // Patience sorting; `before` leads back along the longest ascending sequence.
  std::vector<std::size_t> tails;
  std::vector<std::optional<std::size_t>> before(pairs.size());
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    const auto at = std::lower_bound(tails.begin(), tails.end(), pairs[i].b,
                                     [&](std::size_t tail, int b) { return pairs[tail].b < b; });
    if (at != tails.begin()) before[i] = *(at - 1);
    if (at == tails.end()) tails.push_back(i);
    else *at = i;
    pairs[i].moved = true;
  }
  if (tails.empty()) return;
  for (std::optional<std::size_t> i = tails.back(); i; i = before[*i]) pairs[*i].moved = false;
}

/// The columns that the names of an option mean, in each of the files; each name must be in one at least.
struct NamedColumns {
  std::set<int> a, b;
};

NamedColumns resolve_names(const Header& a, const Header& b, const std::vector<std::string>& names, const char* option) {
  NamedColumns columns;
  for (const std::string& name : names) {
    const std::vector<int> in_a = find_columns(a, name), in_b = find_columns(b, name);
    if (in_a.empty() && in_b.empty()) {
      Header all = a;
      all.insert(all.end(), b.begin(), b.end());
      throw_unknown_column(all, name, {option, "either file"});
    }
    columns.a.insert(in_a.begin(), in_a.end());
    columns.b.insert(in_b.begin(), in_b.end());
  }
  return columns;
}

int in_other_file(const ColumnPairs& pairs, int a, const Header& names_a, const Header& names_b, const std::string& path_b) {
  for (const ColumnPair& pair : pairs.pairs) {
    if (pair.a == a) return pair.b;
  }
  throw_unknown_column(names_b, names_a[static_cast<std::size_t>(a)], {"--key", path_b});
}

void find_key(const Header& a, const Header& b, const ColumnChoice& choice, const std::string& path_a,
              const std::string& path_b, ColumnPairs& pairs) {
  if (choice.key.empty()) {
    const std::optional<int> id = detect_record_id(a);
    const auto pair = std::find_if(pairs.pairs.begin(), pairs.pairs.end(), [&](const ColumnPair& p) { return id && p.a == *id; });
    if (pair == pairs.pairs.end()) {
      throw Error(ErrorCode::invalid_config,
                  fmt::format("no key: name the columns that tell which rows belong together, --key COLUMN; {} has {}", path_a,
                              shown_list(a)));
    }
    pairs.key.push_back({pair->a, pair->b, std::nullopt});
    pairs.key_was_detected = true;
    return;
  }
  for (const KeyItem& item : choice.key) {
    KeyColumn column;
    column.a = resolve_column(a, item.column, {"--key", path_a});
    column.b = in_other_file(pairs, column.a, a, b, path_b);
    column.kind = item.kind;
    const bool twice = std::any_of(pairs.key.begin(), pairs.key.end(), [&](const KeyColumn& k) { return k.a == column.a; });
    if (twice) throw Error(ErrorCode::invalid_config, fmt::format("--key: {} is given twice", shown(item.column)));
    pairs.key.push_back(column);
  }
}

}  // namespace

std::vector<KeyItem> parse_key_items(const std::string& option, const std::string& text) {
  std::vector<KeyItem> items;
  for (const std::string& name : parse_list(option, text)) {
    const std::size_t colon = name.rfind(':');
    const auto kind = colon == std::string::npos ? std::nullopt : kind_of_name(trim(std::string_view(name).substr(colon + 1)));
    if (kind && colon > 0) items.push_back({std::string(trim(std::string_view(name).substr(0, colon))), kind});
    else items.push_back({name, std::nullopt});
  }
  return items;
}

ColumnPairs pair_columns(const Header& a, const Header& b, const ColumnChoice& choice, const std::string& path_a,
                         const std::string& path_b) {
  std::vector<int> partner_of_a(a.size(), -1);
  std::vector<bool> taken_b(b.size(), false);
  pair_by(a, b, [](const std::string& name) { return name; }, partner_of_a, taken_b);
  pair_by(a, b, [](const std::string& name) { return name_key(name); }, partner_of_a, taken_b);

  const NamedColumns only = resolve_names(a, b, choice.only, "--only");
  const NamedColumns ignored = resolve_names(a, b, choice.ignored, "--ignore");
  const auto wanted = [&](int column, const std::set<int>& chosen, const std::set<int>& left_out) {
    return (choice.only.empty() || chosen.contains(column)) && !left_out.contains(column);
  };

  ColumnPairs pairs;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const int column = static_cast<int>(i), partner = partner_of_a[i];
    if (partner < 0) {
      if (wanted(column, only.a, ignored.a)) pairs.only_a.push_back(column);
      continue;
    }
    ColumnPair pair;
    pair.a = column;
    pair.b = partner;
    // A name may be said as either file spells it.
    pair.compared = (choice.only.empty() || only.a.contains(column) || only.b.contains(partner)) &&
                    !ignored.a.contains(column) && !ignored.b.contains(partner);
    pair.renamed = a[i] != b[static_cast<std::size_t>(partner)];
    if (!pair.compared) pairs.ignored.push_back(a[i]);
    pairs.pairs.push_back(pair);
  }
  for (std::size_t i = 0; i < b.size(); ++i) {
    if (!taken_b[i] && wanted(static_cast<int>(i), only.b, ignored.b)) pairs.only_b.push_back(static_cast<int>(i));
  }
  mark_moved(pairs.pairs);
  find_key(a, b, choice, path_a, path_b, pairs);
  return pairs;
}

}  // namespace crm
