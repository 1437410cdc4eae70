#include "app/saved_spec.h"

#include <filesystem>
#include <system_error>

#include "app/options.h"
#include "app/version.h"
#include "plan/resolved_spec.h"
#include "spec/spec_schema.h"
#include "spec/spec_yaml.h"

namespace crm {
namespace {

namespace fs = std::filesystem;

/// The schema that is installed with this program; else the name under which `crm-merge spec-schema` is to be kept.
std::string schema_place() {
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  const fs::path schema = program.parent_path().parent_path() / "share" / "crm-merge" / "spec.schema.json";
  return !error && fs::exists(schema, error) ? schema.string() : "crm-merge.schema.json";
}

}  // namespace

std::string saved_spec(const RunOptions& run, const MergePlan& plan, const InputProfile& original,
                       const std::vector<InputProfile>& enriched, const std::string& path) {
  const SpecFacts facts{schema_place(), path == "-" ? "" : path, program_version(), run.running};
  return spec_yaml(resolved_spec(run.spec, plan, original, enriched), facts);
}

std::string spec_key_help(std::string_view key) {
  if (key == "original") return "The CRM export; may be left out, then the command line names it";
  if (key == "enriched") {
    return "The enriched files, the highest rank first; a path may be left out, then the command line gives it. `columns` are "
           "those that were there when the spec was saved: others are warned of";
  }
  for (const OptionRow& row : option_table()) {
    if (takes_option(Command::merge, row) && row.name.substr(2) == key) return std::string(row.help);
  }
  return "";
}

std::string spec_schema_text() { return spec_schema(spec_key_help); }

}  // namespace crm
