#pragma once

#include <memory>
#include <vector>

#include "duckdb/function.h"

namespace crm {

class InputTables;
struct RangeRows;

/// Scans behind the table functions of InputTables. `projection`: indices of the columns that are wanted, in this order.
/// crm_read and crm_read_in_order: row, line, c0…
std::unique_ptr<duck::TableScan> scan_input(InputTables& tables, std::size_t number, std::vector<int> projection, bool in_order);
/// crm_owned: key_id, size, row, line, filled, c0…
std::unique_ptr<duck::TableScan> scan_owned(InputTables& tables, std::size_t number, std::vector<int> projection);
/// crm_range: row, c0…
std::unique_ptr<duck::TableScan> scan_range(std::shared_ptr<const RangeRows> rows, std::vector<int> projection);

}  // namespace crm
