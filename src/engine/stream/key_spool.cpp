#include "engine/stream/key_spool.h"

#include <algorithm>
#include <string>

#include "engine/stream/varint.h"

namespace crm {
namespace {

void put_key(const RowKey& key, std::string& out) {
  put_varint(static_cast<std::uint64_t>(key.identifier), out);
  put_fixed(key.hash, out);
}

RowKey get_key(const char*& at) {
  const auto identifier = static_cast<int>(get_varint(at));
  return {identifier, get_fixed<KeyHash>(at)};
}

struct MappedKeys : Input::Mapped {
  std::string blob;  // the number of rows; per row the number of its keys, these, and its group key
  KeyCounts counts;
  std::size_t most_keys = 0;
};

std::unique_ptr<MappedKeys> map_keys(const RecordBatch& batch, RowKeyMaker& maker, const KeySpool& keys) {
  auto mapped = std::make_unique<MappedKeys>();
  mapped->counts = KeyCounts(keys.counts.identifiers());
  mapped->blob.reserve(batch.rows() * 20 + 8);
  put_varint(batch.rows(), mapped->blob);
  std::vector<RowKey> row_keys;
  for (std::size_t row = 0; row < batch.rows(); ++row) {
    maker.make(batch, row, row_keys);
    put_varint(row_keys.size(), mapped->blob);
    for (const RowKey& key : row_keys) {
      put_key(key, mapped->blob);
      mapped->counts.add(key);
    }
    if (keys.with_group_keys && !row_keys.empty()) put_key(maker.group_key(), mapped->blob);
    mapped->most_keys = std::max(mapped->most_keys, row_keys.size());
  }
  return mapped;
}

}  // namespace

KeySpool::KeySpool(const RunContext& run, bool group_keys)
    : spool(run.temp, run.tuning.spill ? 0 : run.memory.spool),
      counts(run.plan.identifiers.size()),
      with_group_keys(group_keys) {}

KeyColumns original_key_columns(const RunContext& run) {
  KeyColumns columns{*run.inputs.original, run.plan.original_column_count, {}};
  for (const PlanIdentifier& identifier : run.plan.identifiers)
    columns.of_identifier.push_back(identifier.original_columns);
  return columns;
}

KeyColumns enriched_key_columns(const RunContext& run, std::size_t file) {
  const PlanInput& input = run.plan.inputs[file];
  return {*run.inputs.enriched[file], input.column_count, input.identifier_columns};
}

void scan_keys(RunContext& run, const KeyColumns& columns, KeySpool& keys) {
  Projection projection(static_cast<std::size_t>(columns.column_count));
  for (const std::vector<int>& list : columns.of_identifier) {
    for (const int column : list) projection.add(column);
  }
  ScanOptions options = run.scan_options(true);
  projection.settle(options);
  std::vector<RowKeyMaker> makers;
  for (int t = 0; t < run.threads; ++t)
    makers.emplace_back(run.plan, projection.places(columns.of_identifier), run.seed);
  keys.account = columns.input.scan(
      options,
      [&](const RecordBatch& batch, int thread) -> std::unique_ptr<Input::Mapped> {
        return map_keys(batch, makers[thread], keys);
      },
      [&](std::unique_ptr<Input::Mapped> base, const BatchPosition& position) {
        const auto& mapped = static_cast<const MappedKeys&>(*base);
        keys.spool.append(position.first_row, mapped.blob);
        keys.counts.add(mapped.counts);
        keys.most_keys = std::max(keys.most_keys, mapped.most_keys);
        keys.rows += position.rows;
        run.progress.advance(position.bytes_done, keys.rows);
      });
}

void SpooledKeys::decode(const KeySpool& from, std::size_t batch) {
  keys.clear();
  ends.clear();
  group_keys.clear();
  const std::string_view blob = from.spool.read(batch, scratch_);
  const char* at = blob.data();
  for (std::uint64_t rows = get_varint(at); rows > 0; --rows) {
    const std::size_t begin = keys.size();
    for (std::uint64_t count = get_varint(at); count > 0; --count) keys.push_back(get_key(at));
    ends.push_back(keys.size());
    if (from.with_group_keys) group_keys.push_back(keys.size() > begin ? get_key(at) : RowKey{});
  }
}

}  // namespace crm
