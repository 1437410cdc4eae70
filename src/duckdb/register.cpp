#include "duckdb/register.h"

#include <fmt/format.h>

#include <new>
#include <string>
#include <string_view>

#include "base/error.h"

namespace crm::duck {
namespace {

duckdb_logical_type make_type(const Type& type) {
  switch (type.id) {
    case Type::Id::boolean: return api().duckdb_create_logical_type(DUCKDB_TYPE_BOOLEAN);
    case Type::Id::utinyint: return api().duckdb_create_logical_type(DUCKDB_TYPE_UTINYINT);
    case Type::Id::bigint: return api().duckdb_create_logical_type(DUCKDB_TYPE_BIGINT);
    case Type::Id::any: return api().duckdb_create_logical_type(DUCKDB_TYPE_ANY);
    case Type::Id::varchar: return api().duckdb_create_logical_type(DUCKDB_TYPE_VARCHAR);
    case Type::Id::list: {
      const TypeHandle element(type.members.front().second);
      return api().duckdb_create_list_type(element.get());
    }
    case Type::Id::structure: break;
  }
  std::vector<std::unique_ptr<TypeHandle>> owners;
  std::vector<duckdb_logical_type> types;
  std::vector<const char*> names;
  for (const auto& [name, member] : type.members) {
    owners.push_back(std::make_unique<TypeHandle>(member));
    types.push_back(owners.back()->get());
    names.push_back(name.c_str());
  }
  return api().duckdb_create_struct_type(types.data(), names.data(), types.size());
}

struct ScalarState {
  ScalarFunction function;
  std::shared_ptr<Fault> fault;
};

void run_scalar(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector output) {
  const auto& state = *static_cast<ScalarState*>(api().duckdb_scalar_function_get_extra_info(info));
  try {
    ColumnWriter result(output);
    state.function.body(Chunk(input), result);
  } catch (...) {
    api().duckdb_scalar_function_set_error(info, keep(*state.fault).c_str());
  }
}

struct TableState {
  TableFunction function;
  std::shared_ptr<Fault> fault;
};

struct BoundTable {
  TableBinding binding;
  std::shared_ptr<Fault> fault;
};

struct OpenTable {
  std::unique_ptr<TableScan> scan;
};

struct LocalTable {
  std::unique_ptr<TableReader> reader;
};

void bind_table(duckdb_bind_info info) {
  const auto& state = *static_cast<TableState*>(api().duckdb_bind_get_extra_info(info));
  try {
    std::vector<std::int64_t> arguments;
    for (idx_t i = 0; i < api().duckdb_bind_get_parameter_count(info); ++i) {
      duckdb_value value = api().duckdb_bind_get_parameter(info, i);
      arguments.push_back(api().duckdb_get_int64(value));
      api().duckdb_destroy_value(&value);
    }
    auto bound = std::make_unique<BoundTable>(BoundTable{state.function.bind(arguments), state.fault});
    for (const auto& [name, type] : bound->binding.columns) {
      const TypeHandle handle(type);
      api().duckdb_bind_add_result_column(info, name.c_str(), handle.get());
    }
    api().duckdb_bind_set_cardinality(info, bound->binding.rows, bound->binding.rows_exact);
    api().duckdb_bind_set_bind_data(info, bound.release(), destroy<BoundTable>);
  } catch (...) {
    api().duckdb_bind_set_error(info, keep(*state.fault).c_str());
  }
}

void open_table(duckdb_init_info info) {
  const auto& bound = *static_cast<BoundTable*>(api().duckdb_init_get_bind_data(info));
  try {
    std::vector<int> projection;
    for (idx_t i = 0; i < api().duckdb_init_get_column_count(info); ++i) {
      const idx_t column = api().duckdb_init_get_column_index(info, i);
      // A query that only counts asks for the row id, which is no column of ours: any column will do.
      projection.push_back(column < bound.binding.columns.size() ? static_cast<int>(column) : 0);
    }
    auto open = std::make_unique<OpenTable>();
    open->scan = bound.binding.open(std::move(projection));
    api().duckdb_init_set_max_threads(info, static_cast<idx_t>(bound.binding.threads));
    api().duckdb_init_set_init_data(info, open.release(), destroy<OpenTable>);
  } catch (...) {
    api().duckdb_init_set_error(info, keep(*bound.fault).c_str());
  }
}

// A thread's reader is made by its first read: the C API does not hand the scan to the local start.
void start_thread(duckdb_init_info info) {
  api().duckdb_init_set_init_data(info, new LocalTable, destroy<LocalTable>);
}

void fill_table(duckdb_function_info info, duckdb_data_chunk output) {
  const auto& bound = *static_cast<BoundTable*>(api().duckdb_function_get_bind_data(info));
  try {
    auto& open = *static_cast<OpenTable*>(api().duckdb_function_get_init_data(info));
    auto& local = *static_cast<LocalTable*>(api().duckdb_function_get_local_init_data(info));
    if (!local.reader) local.reader = open.scan->reader();
    ChunkWriter chunk(output);
    chunk.set_rows(local.reader->fill(chunk));
  } catch (...) {
    api().duckdb_function_set_error(info, keep(*bound.fault).c_str());
  }
}

}  // namespace

TypeHandle::TypeHandle(const Type& type) : handle_(make_type(type)) {}

std::string keep(Fault& fault) noexcept {
  try {
    throw;
  } catch (const std::bad_alloc&) {
    return kOutOfMemory;  // not kept: the statement's end tells it as a limit
  } catch (const std::exception& error) {
    // DuckDB's own exception, thrown where a function of ours asked it for room.
    if (std::string_view(error.what()).find(kOutOfMemory) == std::string_view::npos) fault.keep(std::current_exception());
    return error.what();
  } catch (...) {
    fault.keep(std::current_exception());
    return "unknown exception";
  }
}

void register_function(duckdb_connection connection, ScalarFunction function, std::shared_ptr<Fault> fault) {
  duckdb_scalar_function made = api().duckdb_create_scalar_function();
  const std::unique_ptr<duckdb_scalar_function, void (*)(duckdb_scalar_function*)> owner(
      &made, api().duckdb_destroy_scalar_function);
  api().duckdb_scalar_function_set_name(made, function.name.c_str());
  for (const Type& type : function.parameters) {
    const TypeHandle handle(type);
    api().duckdb_scalar_function_add_parameter(made, handle.get());
  }
  if (function.more) {
    const TypeHandle handle(*function.more);
    api().duckdb_scalar_function_set_varargs(made, handle.get());
  }
  const TypeHandle result(function.result);
  api().duckdb_scalar_function_set_return_type(made, result.get());
  // Without it DuckDB may answer NULL for a NULL argument, or call the function all the same.
  api().duckdb_scalar_function_set_special_handling(made);
  const std::string name = function.name;
  auto state = std::make_unique<ScalarState>(ScalarState{std::move(function), std::move(fault)});
  api().duckdb_scalar_function_set_extra_info(made, state.release(), destroy<ScalarState>);
  api().duckdb_scalar_function_set_function(made, run_scalar);
  if (api().duckdb_register_scalar_function(connection, made) != DuckDBSuccess) {
    throw Error(ErrorCode::internal, fmt::format("DuckDB does not take the function {}", name));
  }
}

void register_function(duckdb_connection connection, TableFunction function, std::shared_ptr<Fault> fault) {
  duckdb_table_function made = api().duckdb_create_table_function();
  const std::unique_ptr<duckdb_table_function, void (*)(duckdb_table_function*)> owner(
      &made, api().duckdb_destroy_table_function);
  api().duckdb_table_function_set_name(made, function.name.c_str());
  for (std::size_t i = 0; i < function.parameters; ++i) {
    const TypeHandle handle(Type::bigint());
    api().duckdb_table_function_add_parameter(made, handle.get());
  }
  const std::string name = function.name;
  auto state = std::make_unique<TableState>(TableState{std::move(function), std::move(fault)});
  api().duckdb_table_function_set_extra_info(made, state.release(), destroy<TableState>);
  api().duckdb_table_function_set_bind(made, bind_table);
  api().duckdb_table_function_set_init(made, open_table);
  api().duckdb_table_function_set_local_init(made, start_thread);
  api().duckdb_table_function_set_function(made, fill_table);
  api().duckdb_table_function_supports_projection_pushdown(made, true);
  if (api().duckdb_register_table_function(connection, made) != DuckDBSuccess) {
    throw Error(ErrorCode::internal, fmt::format("DuckDB does not take the table function {}", name));
  }
}

}  // namespace crm::duck
