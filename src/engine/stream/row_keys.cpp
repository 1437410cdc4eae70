#include "engine/stream/row_keys.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <utility>

#include "ingest/input.h"

namespace crm {

KeyHash hash_key(const HashSeed& seed, std::size_t identifier, bool company, std::string_view key) {
  // The same text under another identifier is another key.
  const std::uint64_t scoped = seed.seed + identifier * 0x9E3779B97F4A7C15u;
  const XXH128_hash_t hash = XXH3_128bits_withSeed(key.data(), key.size(), scoped);
  KeyHash result{hash.low64, (hash.high64 & ~std::uint64_t{1}) | (company ? 1u : 0u)};
  if (seed.bits < 64) {
    result.id &= (std::uint64_t{1} << seed.bits) - 1;
    result.check &= 0xFFFFFFFFu;
  }
  if (result.id == 0) result.id = 1;
  return result;
}

KeyOptions key_options(const MergePlan& plan) {
  KeyOptions options;
  options.region = plan.region;
  options.email_aliases = plan.email_aliases;
  options.blank = BlankRule(plan.blank_tokens);
  return options;
}

RowKeyMaker::RowKeyMaker(const MergePlan& plan, std::vector<std::vector<int>> columns, HashSeed seed)
    : plan_(plan), columns_(std::move(columns)), seed_(seed), maker_(key_options(plan)) {}

void RowKeyMaker::make(const RecordBatch& batch, std::size_t row, std::vector<RowKey>& keys) {
  keys.clear();
  texts_.clear();
  if (plan_.match == MatchMode::any) {
    make_any(batch, row, keys);
    if (!keys.empty()) group_key_ = keys.front();
  } else {
    make_all(batch, row, keys);
  }
}

void RowKeyMaker::append_texts(const RecordBatch& batch, std::size_t row, std::size_t identifier,
                               std::vector<std::string>& texts) {
  for (const int column : columns_[identifier]) {
    const std::string_view cell = batch.cell(row, static_cast<std::size_t>(column), scratch_);
    if (!cell.empty()) maker_.append_keys(plan_.identifiers[identifier].kind, cell, texts);
  }
}

void RowKeyMaker::make_any(const RecordBatch& batch, std::size_t row, std::vector<RowKey>& keys) {
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    // Keys are distinct within an identifier, not across them.
    std::vector<std::string>& texts = texts_.empty() ? texts_ : of_identifier_;
    of_identifier_.clear();
    append_texts(batch, row, i, texts);
    const Kind kind = plan_.identifiers[i].kind;
    for (const std::string& text : texts) {
      keys.push_back({static_cast<int>(i), hash_key(seed_, i, is_company_key(kind, text), text)});
    }
    if (&texts == &of_identifier_) {
      for (std::string& text : of_identifier_) texts_.push_back(std::move(text));
    }
  }
}

void RowKeyMaker::make_all(const RecordBatch& batch, std::size_t row, std::vector<RowKey>& keys) {
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    of_identifier_.clear();
    append_texts(batch, row, i, of_identifier_);
    if (of_identifier_.empty()) return;
    parts.push_back(std::move(of_identifier_.front()));
  }
  group_key_ = {0, hash_key(seed_, 0, false, parts.front())};
  texts_.push_back(composite_key(parts));
  keys.push_back({0, hash_key(seed_, 0, false, texts_.front())});
}

}  // namespace crm
