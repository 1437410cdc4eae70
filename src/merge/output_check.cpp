#include "merge/output_check.h"

#include <filesystem>
#include <optional>
#include <sys/stat.h>

#include <fmt/format.h>

#include "base/error.h"
#include "merge/output_formats.h"

namespace crm {
namespace {

namespace fs = std::filesystem;

/// What tells two paths apart: the file's own number where it is there, else its name in a folder with one.
struct Identity {
  dev_t device = 0;
  ino_t inode = 0;
  std::string name;  ///< only where the file is not there yet
  bool operator==(const Identity&) const = default;
};

std::optional<Identity> identity(const std::string& path) {
  struct stat info {};
  if (stat(path.c_str(), &info) == 0) return Identity{info.st_dev, info.st_ino, ""};
  const fs::path parent = fs::path(path).parent_path();
  if (stat(parent.empty() ? "." : parent.c_str(), &info) != 0) return std::nullopt;
  return Identity{info.st_dev, info.st_ino, fs::path(path).filename().string()};
}

/// Pipes and devices may be named twice: nothing is replaced there.
bool is_special(const std::string& path) {
  struct stat info {};
  return stat(path.c_str(), &info) == 0 && !S_ISREG(info.st_mode) && !S_ISDIR(info.st_mode);
}

[[noreturn]] void refuse(const std::string& message) { throw Error(ErrorCode::invalid_config, message); }

void check_place(const WantedOutput& output) {
  struct stat info {};
  if (output.path.empty()) refuse(fmt::format("{}: the file's name is empty", output.option));
  if (stat(output.path.c_str(), &info) == 0) {
    if (S_ISDIR(info.st_mode)) refuse(fmt::format("{} {}: this is a folder; give a file's name", output.option, output.path));
    return;
  }
  const fs::path parent = fs::path(output.path).parent_path();
  if (parent.empty()) return;
  if (stat(parent.c_str(), &info) != 0) {
    refuse(fmt::format("{} {}: the folder {} does not exist; create it first", output.option, output.path, parent.string()));
  }
  if (!S_ISDIR(info.st_mode)) {
    refuse(fmt::format("{} {}: {} is not a folder", output.option, output.path, parent.string()));
  }
}

void check_not_an_input(const WantedOutput& output, const MergeSpec& spec) {
  const std::optional<Identity> out = identity(output.path);
  if (!out || is_special(output.path)) return;
  std::vector<const InputRef*> inputs = {&spec.original};
  for (const InputRef& ref : spec.enriched) inputs.push_back(&ref);
  for (const InputRef* input : inputs) {
    if (input->path != "-" && identity(input->path) == out) {
      refuse(fmt::format("{} {}: this file is an input ({}); write to another file", output.option, output.path,
                         input->path));
    }
  }
}

}  // namespace

std::vector<WantedOutput> wanted_outputs(const OutputPaths& paths) {
  std::vector<WantedOutput> outputs;
  const auto want = [&](const char* option, const std::string& path) {
    if (!path.empty()) outputs.push_back({option, path});
  };
  want("--rejects", paths.rejects);
  want("--changes", paths.changes);
  want("--provenance", paths.provenance);
  want("--conflicts", paths.conflicts);
  want("--unmatched-enriched", paths.unmatched_enriched);
  want("--report", paths.report);
  want("--report", paths.report_html);
  want("--save-spec", paths.save_spec);
  want("--excel-safe", paths.excel_safe);
  want("-o", paths.merged);
  return outputs;
}

void check_outputs(const MergeSpec& spec, const std::string& database) {
  check_output_formats(spec.outputs);
  std::vector<WantedOutput> outputs = wanted_outputs(spec.outputs);
  if (!database.empty()) outputs.push_back({"--database", database});
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const WantedOutput& output = outputs[i];
    for (std::size_t j = 0; j < i; ++j) {
      const WantedOutput& other = outputs[j];
      if (output.path == "-" && other.path == "-") {
        refuse(fmt::format("{} and {} both write to standard output; give one of them a file", other.option, output.option));
      }
      if (output.path == "-" || other.path == "-" || is_special(output.path)) continue;
      const std::optional<Identity> mine = identity(output.path);
      if (mine && mine == identity(other.path)) {
        refuse(fmt::format("{} and {} are the same file, {}; give each its own", other.option, output.option, output.path));
      }
    }
    if (output.path == "-") continue;
    check_place(output);
    check_not_an_input(output, spec);
  }
}

}  // namespace crm
