#pragma once

#include <duckdb.h>

// DuckDB's C API, loaded when first asked for: opening the library costs 10-20 ms and 14 MB, which a merge by the stream
// engine must not pay. Internal to this folder, like duckdb.h.
namespace crm::duck {

// clang-format off
#define CRM_DUCKDB_FUNCTIONS(X)                                                                                        \
  X(duckdb_library_version) X(duckdb_open_ext) X(duckdb_close) X(duckdb_connect) X(duckdb_disconnect)                 \
  X(duckdb_interrupt) X(duckdb_query_progress) X(duckdb_create_config) X(duckdb_set_config) X(duckdb_destroy_config)  \
  X(duckdb_free) X(duckdb_query) X(duckdb_destroy_result) X(duckdb_result_error) X(duckdb_result_error_type)          \
  X(duckdb_prepare) X(duckdb_prepare_error) X(duckdb_destroy_prepare) X(duckdb_pending_prepared_streaming)            \
  X(duckdb_pending_error) X(duckdb_destroy_pending) X(duckdb_execute_pending) X(duckdb_fetch_chunk)                   \
  X(duckdb_prepared_statement_column_count) X(duckdb_prepared_statement_column_name)                                  \
  X(duckdb_prepared_statement_column_type)                                                                            \
  X(duckdb_column_count) X(duckdb_column_name) X(duckdb_rows_changed)                                                 \
  X(duckdb_data_chunk_get_size) X(duckdb_data_chunk_set_size) X(duckdb_data_chunk_get_vector)                         \
  X(duckdb_data_chunk_get_column_count) X(duckdb_destroy_data_chunk) X(duckdb_vector_size)                            \
  X(duckdb_vector_get_data) X(duckdb_vector_get_validity) X(duckdb_vector_ensure_validity_writable)                   \
  X(duckdb_vector_assign_string_element_len) X(duckdb_list_vector_get_child) X(duckdb_list_vector_get_size)           \
  X(duckdb_list_vector_set_size) X(duckdb_list_vector_reserve) X(duckdb_struct_vector_get_child)                      \
  X(duckdb_vector_get_column_type) X(duckdb_get_type_id) X(duckdb_struct_type_child_count)                           \
  X(duckdb_create_logical_type) X(duckdb_create_list_type) X(duckdb_create_struct_type)                               \
  X(duckdb_destroy_logical_type)                                                                                      \
  X(duckdb_create_scalar_function) X(duckdb_destroy_scalar_function) X(duckdb_scalar_function_set_name)               \
  X(duckdb_scalar_function_set_varargs) X(duckdb_scalar_function_set_special_handling)                                \
  X(duckdb_scalar_function_add_parameter) X(duckdb_scalar_function_set_return_type)                                   \
  X(duckdb_scalar_function_set_extra_info) X(duckdb_scalar_function_set_function) X(duckdb_register_scalar_function)  \
  X(duckdb_scalar_function_get_extra_info) X(duckdb_scalar_function_set_error)                                        \
  X(duckdb_create_aggregate_function) X(duckdb_destroy_aggregate_function) X(duckdb_aggregate_function_set_name)      \
  X(duckdb_aggregate_function_add_parameter) X(duckdb_aggregate_function_set_return_type)                             \
  X(duckdb_aggregate_function_set_functions) X(duckdb_aggregate_function_set_destructor)                              \
  X(duckdb_aggregate_function_set_special_handling) X(duckdb_aggregate_function_set_extra_info)                       \
  X(duckdb_aggregate_function_get_extra_info) X(duckdb_aggregate_function_set_error)                                  \
  X(duckdb_register_aggregate_function)                                                                               \
  X(duckdb_create_table_function) X(duckdb_destroy_table_function) X(duckdb_table_function_set_name)                  \
  X(duckdb_table_function_add_parameter) X(duckdb_table_function_set_extra_info) X(duckdb_table_function_set_bind)    \
  X(duckdb_table_function_set_init) X(duckdb_table_function_set_local_init) X(duckdb_table_function_set_function)     \
  X(duckdb_table_function_supports_projection_pushdown) X(duckdb_register_table_function)                             \
  X(duckdb_bind_get_extra_info) X(duckdb_bind_add_result_column) X(duckdb_bind_get_parameter_count)                   \
  X(duckdb_bind_get_parameter) X(duckdb_bind_set_bind_data) X(duckdb_bind_set_cardinality) X(duckdb_bind_set_error)   \
  X(duckdb_get_int64) X(duckdb_destroy_value)                                                                         \
  X(duckdb_init_get_bind_data) X(duckdb_init_set_init_data) X(duckdb_init_get_column_count)                           \
  X(duckdb_init_get_column_index) X(duckdb_init_set_max_threads) X(duckdb_init_set_error)                             \
  X(duckdb_function_get_bind_data) X(duckdb_function_get_init_data) X(duckdb_function_get_local_init_data)            \
  X(duckdb_function_set_error)
// clang-format on

/// The functions used, by their names in the C API.
struct Api {
#define CRM_DUCKDB_DECLARE(function) decltype(&::function) function = nullptr;
  CRM_DUCKDB_FUNCTIONS(CRM_DUCKDB_DECLARE)
#undef CRM_DUCKDB_DECLARE
  /// Since DuckDB 1.5: without the check for UTF-8. Null where it is not there.
  void (*unsafe_assign_string)(duckdb_vector vector, idx_t index, const char* text, idx_t size) = nullptr;
};

/// The loaded library. The first call loads it; Errors: unavailable if it cannot be found.
const Api& api();

}  // namespace crm::duck
