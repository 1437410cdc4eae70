#pragma once

#include "ingest/csv_input.h"
#include "ingest/opened_source.h"

namespace crm {

/// Reads `source`, a file that is no CSV (`profile.format` says what), and fills `parts`: its rows as text for the
/// scanner, columns, sample and warnings.
/// Errors: invalid_input (damaged, no columns, mostly no rows), invalid_config (an option that such a file has no use
/// for), limit_exceeded, cancelled.
void read_table(OpenedSource& source, const OpenOptions& options, CsvInput::Parts& parts);

}  // namespace crm
