#include <fmt/format.h>

#include <vector>

#include "base/error.h"
#include "duckdb/register.h"

namespace crm::duck {
namespace {

struct AggregateInfo {
  AggregateFunction function;
  std::shared_ptr<Fault> fault;
};

/// What DuckDB keeps of a group: our state, once a row has come.
struct GroupState {
  AggregateState* state;
};

GroupState& group(duckdb_aggregate_state state) { return *reinterpret_cast<GroupState*>(state); }

AggregateInfo& info_of(duckdb_function_info info) {
  return *static_cast<AggregateInfo*>(api().duckdb_aggregate_function_get_extra_info(info));
}

idx_t state_size(duckdb_function_info) { return sizeof(GroupState); }

void init_state(duckdb_function_info, duckdb_aggregate_state state) { group(state).state = nullptr; }

void update(duckdb_function_info info, duckdb_data_chunk input, duckdb_aggregate_state* states) {
  AggregateInfo& aggregate = info_of(info);
  try {
    const Chunk chunk(input);
    std::vector<Column> arguments;
    for (std::size_t c = 0; c < chunk.columns(); ++c) arguments.push_back(chunk.column(c));
    for (std::size_t row = 0; row < chunk.rows(); ++row) {
      AggregateState*& state = group(states[row]).state;
      if (state == nullptr) state = aggregate.function.start().release();
      state->add(arguments, row);
    }
  } catch (...) {
    api().duckdb_aggregate_function_set_error(info, keep(*aggregate.fault).c_str());
  }
}

void combine(duckdb_function_info info, duckdb_aggregate_state* sources, duckdb_aggregate_state* targets, idx_t count) {
  AggregateInfo& aggregate = info_of(info);
  try {
    for (idx_t i = 0; i < count; ++i) {
      AggregateState* source = group(sources[i]).state;
      if (source == nullptr) continue;
      AggregateState*& target = group(targets[i]).state;
      if (target == nullptr) target = aggregate.function.start().release();
      target->add_all(*source);
    }
  } catch (...) {
    api().duckdb_aggregate_function_set_error(info, keep(*aggregate.fault).c_str());
  }
}

void finish(duckdb_function_info info, duckdb_aggregate_state* states, duckdb_vector output, idx_t count, idx_t offset) {
  AggregateInfo& aggregate = info_of(info);
  try {
    ColumnWriter result(output);
    for (idx_t i = 0; i < count; ++i) {
      AggregateState* state = group(states[i]).state;
      if (state == nullptr) result.set_null(offset + i);
      else state->finish(result, offset + i);
    }
  } catch (...) {
    api().duckdb_aggregate_function_set_error(info, keep(*aggregate.fault).c_str());
  }
}

void destroy_states(duckdb_aggregate_state* states, idx_t count) {
  for (idx_t i = 0; i < count; ++i) {
    delete group(states[i]).state;
    group(states[i]).state = nullptr;
  }
}

}  // namespace

void register_function(duckdb_connection connection, AggregateFunction function, std::shared_ptr<Fault> fault) {
  duckdb_aggregate_function made = api().duckdb_create_aggregate_function();
  const std::unique_ptr<duckdb_aggregate_function, void (*)(duckdb_aggregate_function*)> owner(
      &made, api().duckdb_destroy_aggregate_function);
  api().duckdb_aggregate_function_set_name(made, function.name.c_str());
  for (const Type& type : function.parameters) {
    const TypeHandle handle(type);
    api().duckdb_aggregate_function_add_parameter(made, handle.get());
  }
  const TypeHandle result(function.result);
  api().duckdb_aggregate_function_set_return_type(made, result.get());
  api().duckdb_aggregate_function_set_functions(made, state_size, init_state, update, combine, finish);
  api().duckdb_aggregate_function_set_destructor(made, destroy_states);
  api().duckdb_aggregate_function_set_special_handling(made);
  const std::string name = function.name;
  auto info = std::make_unique<AggregateInfo>(AggregateInfo{std::move(function), std::move(fault)});
  api().duckdb_aggregate_function_set_extra_info(made, info.release(), destroy<AggregateInfo>);
  if (api().duckdb_register_aggregate_function(connection, made) != DuckDBSuccess) {
    throw Error(ErrorCode::internal, fmt::format("DuckDB does not take the aggregate {}", name));
  }
}

}  // namespace crm::duck
