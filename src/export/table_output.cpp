#include "export/table_output.h"

#include "base/text.h"
#include "export/json_lines_output.h"
#include "export/parquet_output.h"

namespace crm {

TableFormat table_format(std::string_view path) {
  std::string name = lower(path.substr(path.find_last_of('/') + 1));
  for (const char* compressed : {".gz", ".zst"}) {
    if (name.ends_with(compressed)) name.erase(name.rfind('.'));
  }
  if (name.ends_with(".jsonl") || name.ends_with(".ndjson")) return TableFormat::json_lines;
  if (name.ends_with(".parquet")) return TableFormat::parquet;
  return TableFormat::text;
}

std::unique_ptr<OutputFile> create_table_output(const std::string& path, const TableOutputOptions& options) {
  std::unique_ptr<OutputFile> file = create_output(path, options.stop);
  switch (table_format(path)) {
    case TableFormat::text:
      return file;
    case TableFormat::json_lines:
      return make_json_lines_output(std::move(file));
    case TableFormat::parquet:
      return make_parquet_output(std::move(file), options);
  }
  return file;
}

}  // namespace crm
