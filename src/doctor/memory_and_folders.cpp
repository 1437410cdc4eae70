#include <algorithm>
#include <fstream>
#include <optional>
#include <sstream>

#include <fmt/format.h>

#include "doctor/checks.h"
#include "base/control_group.h"
#include "doctor/file_system.h"

namespace crm {
namespace {

/// Temporary files of a merge of some million rows.
constexpr std::uint64_t kLittleTempBytes = 2'000'000'000, kTooLittleTempBytes = 100'000'000;
constexpr std::uint64_t kFewFreeFiles = 100;

/// A value of /proc/meminfo in bytes.
std::optional<std::uint64_t> meminfo(std::string_view label) {
  std::ifstream file("/proc/meminfo");
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string word;
    std::uint64_t kilobytes = 0;
    if (words >> word >> kilobytes && word == label) return kilobytes * 1024;
  }
  return std::nullopt;
}

/// What is left for a merge, judged by what it may take.
Finding judge_memory(Finding finding, std::uint64_t left, const DoctorRequest& request) {
  if (left < request.least_memory_bytes) {
    finding.health = Health::problem;
    finding.text += fmt::format("; a merge needs {}", size_text(request.least_memory_bytes));
    finding.mend = "end other programs, or give the machine or container more memory";
  } else if (left < request.memory_limit_bytes) {
    finding.health = Health::warning;
    finding.text += fmt::format("; less than --memory-limit {}", size_text(request.memory_limit_bytes));
    finding.mend = fmt::format("give --memory-limit {}MB", std::max(left * 9 / 10, request.least_memory_bytes) / 1'000'000);
  }
  return finding;
}

Finding group_finding(const ControlGroup& group, const DoctorRequest& request) {
  Finding finding{"memory", "control group", Health::ok, "no limit", ""};
  if (group.version == 0) finding.text = "none";
  if (!group.memory_limit_bytes) return finding;
  const std::uint64_t cache = group.reclaimable_bytes.value_or(0);
  const std::uint64_t used = group.memory_used_bytes.value_or(0);
  const std::uint64_t held = used > cache ? used - cache : 0;
  const std::uint64_t left = *group.memory_limit_bytes > held ? *group.memory_limit_bytes - held : 0;
  finding.text = fmt::format("{} at most, {} left (version {})", size_text(*group.memory_limit_bytes), size_text(left), group.version);
  return judge_memory(std::move(finding), left, request);
}

/// Where a merge writes what does not fit in memory.
Finding temp_finding(const FolderFacts& facts) {
  Finding finding{"temporary files", facts.path, Health::ok, "", ""};
  if (!facts.problem.empty()) {
    finding.health = Health::problem;
    finding.text = facts.problem;
    finding.mend = "name a folder on a disk that you may write to: --temp-dir FOLDER, or $TMPDIR";
    return finding;
  }
  finding.text = fmt::format("{}, {} free", facts.file_system, size_text(facts.free_bytes));
  if (facts.free_files && *facts.free_files < kFewFreeFiles) {
    finding.health = Health::problem;
    finding.text += fmt::format("; only {} more files can be made there", *facts.free_files);
    finding.mend = "remove files there, or name another folder: --temp-dir FOLDER";
  } else if (facts.free_bytes < kTooLittleTempBytes) {
    finding.health = Health::problem;
    finding.text += "; that is too little";
    finding.mend = "free some, or name a folder on another disk: --temp-dir FOLDER";
  } else if (facts.in_memory) {
    finding.health = Health::warning;
    finding.text += "; what is written there takes memory beside --memory-limit";
    finding.mend = "name a folder on a disk: --temp-dir /var/tmp";
  } else if (facts.free_bytes < kLittleTempBytes) {
    finding.health = Health::warning;
    finding.text += "; millions of rows may need more";
    finding.mend = "free some, or name a folder on another disk: --temp-dir FOLDER";
  } else if (facts.over_network) {
    finding.health = Health::warning;
    finding.text += "; over the network it is slow";
    finding.mend = "name a folder on a local disk: --temp-dir FOLDER";
  }
  return finding;
}

Finding output_finding(const FolderFacts& facts) {
  Finding finding{"outputs", facts.path == "." ? "this folder" : facts.path, Health::ok, "", ""};
  if (!facts.problem.empty()) {
    finding.health = Health::warning;
    finding.text = "cannot be written to";
    finding.mend = "write outputs elsewhere: -o FOLDER/merged.csv";
    return finding;
  }
  finding.text = fmt::format("{}, {} free", facts.file_system, size_text(facts.free_bytes));
  return finding;
}

std::string unnamed_text(const FolderFacts& facts) {
  return facts.unnamed_files ? "O_TMPFILE: unfinished files have no name"
                             : "no O_TMPFILE: unfinished files have a name for a while, and are cleaned up by the next run";
}

}  // namespace

std::vector<Finding> check_memory(const DoctorRequest& request) {
  std::vector<Finding> findings;
  const auto all = meminfo("MemTotal:"), free = meminfo("MemAvailable:"), swap = meminfo("SwapFree:");
  if (all && free) {
    Finding machine{"memory", "machine", Health::ok,
                    fmt::format("{} of {} available, {} of swap", size_text(*free), size_text(*all), size_text(swap.value_or(0))), ""};
    findings.push_back(judge_memory(std::move(machine), *free, request));
  } else {
    findings.push_back({"memory", "machine", Health::warning, "/proc/meminfo cannot be read", "mount /proc in the container"});
  }
  findings.push_back(group_finding(read_control_group(), request));
  return findings;
}

std::vector<Finding> check_folders(const DoctorRequest& request) {
  const FolderFacts temp = look_at_folder(request.temp_dir), here = look_at_folder(".");
  std::vector<Finding> findings = {temp_finding(temp)};
  if (temp.problem.empty()) findings.push_back({"temporary files", "unnamed files", Health::ok, unnamed_text(temp), ""});
  findings.push_back(output_finding(here));
  return findings;
}

}  // namespace crm
