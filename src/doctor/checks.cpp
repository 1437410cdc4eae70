#include "doctor/checks.h"

#include <array>
#include <cmath>
#include <cstdlib>
#include <ctime>
#include <iterator>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/error.h"
#include "base/text.h"
#include "base/control_group.h"
#include "duckdb/library.h"
#include "match/keys.h"

namespace crm {
namespace {

constexpr rlim_t kFewOpenFiles = 256, kTooFewOpenFiles = 48;
constexpr rlim_t kSmallAddressSpace = rlim_t{4} << 30;
/// Before this program was written: 2024-01-01.
constexpr std::time_t kEarliestPlausibleTime = 1'704'067'200;

Finding duckdb_finding() {
  Finding finding{"versions", "DuckDB", Health::ok, "", ""};
  try {
    const duck::LibraryFacts library = duck::loaded_library();
    finding.text = fmt::format("{} at {}", library.version, library.path);
  } catch (const Error& error) {
    finding.health = Health::warning;
    finding.text = fmt::format("not usable: --engine sql will not run, the stream engine does ({})", error.message());
    finding.mend = "run npm ci --ignore-scripts in third_party/duckdb, or name the library in CRM_MERGE_DUCKDB";
  }
  return finding;
}

Finding unicode_finding() {
  // What an ICU without its data, or a wrong locale, would get wrong.
  const bool works = lower("ÄÖÜ İ") == "äöü i\xCC\x87";
  if (works) return {"versions", "Unicode", Health::ok, "lower case and white space are as they should be", ""};
  return {"versions", "Unicode", Health::problem, "ICU does not lower-case as it should: keys would be wrong",
          "reinstall ICU and its data"};
}

Finding phones_finding() {
  if (is_phone_region("US")) return {"versions", "phone numbers", Health::ok, "libphonenumber knows its regions", ""};
  return {"versions", "phone numbers", Health::problem, "libphonenumber has no metadata: phones would have no keys",
          "reinstall libphonenumber"};
}

Finding limit_finding(const char* name, int resource, rlim_t few, const char* meaning, const char* mend) {
  rlimit limit{};
  if (getrlimit(static_cast<__rlimit_resource_t>(resource), &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) {
    return {"limits", name, Health::ok, "none", ""};
  }
  if (limit.rlim_cur >= few) return {"limits", name, Health::ok, fmt::format("{}", limit.rlim_cur), ""};
  return {"limits", name, Health::warning, fmt::format("{}: {}", limit.rlim_cur, meaning), mend};
}

std::string environment(const char* name) {
  const char* const value = std::getenv(name);
  return value ? value : "";
}

Finding locale_finding() {
  std::string locale = environment("LC_ALL");
  if (locale.empty()) locale = environment("LC_CTYPE");
  if (locale.empty()) locale = environment("LANG");
  const std::string folded = fold_name(locale);
  if (folded.find("utf8") != std::string::npos) return {"surroundings", "locale", Health::ok, locale, ""};
  return {"surroundings", "locale", Health::warning,
          fmt::format("{}, without UTF-8: names may look odd on the terminal; files are not affected",
                      locale.empty() ? "none is set" : locale),
          "export LC_ALL=C.UTF-8"};
}

}  // namespace

std::string size_text(std::uint64_t bytes) {
  const double b = static_cast<double>(bytes);
  if (b < 999.5e6) return fmt::format("{:.0f} MB", b / 1e6);
  return b < 99.95e9 ? fmt::format("{:.1f} GB", b / 1e9) : fmt::format("{:.0f} GB", b / 1e9);
}

std::vector<Finding> check_versions(const DoctorRequest& request) {
  std::vector<Finding> findings = {{"versions", "crm-merge", Health::ok, request.program_version, ""}};
  std::vector<std::string> libraries;
  for (const auto& [name, version] : request.libraries) libraries.push_back(name + " " + version);
  findings.push_back({"versions", "built with", Health::ok, fmt::format("{}", fmt::join(libraries, ", ")), ""});
  findings.push_back(duckdb_finding());
  findings.push_back(unicode_finding());
  findings.push_back(phones_finding());
  return findings;
}

std::vector<Finding> check_processors() {
  cpu_set_t set;
  CPU_ZERO(&set);
  const long online = sysconf(_SC_NPROCESSORS_ONLN);
  const int allowed = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : static_cast<int>(online);
  std::vector<Finding> findings;
  findings.push_back({"processors", "cores", Health::ok, fmt::format("{} of {} may be used", allowed, online), ""});
  const ControlGroup group = read_control_group();
  if (group.processors) {
    findings.push_back({"processors", "control group", Health::ok,
                        fmt::format("{:.4g} processors (version {})", *group.processors, group.version), ""});
    if (*group.processors < 1) {
      findings.back().health = Health::warning;
      findings.back().text += ": every merge waits for its quota";
      findings.back().mend = "give the container one processor or more";
    }
  } else {
    findings.push_back({"processors", "control group", Health::ok, "no limit", ""});
  }
#if defined(__x86_64__)
  const bool fast = __builtin_cpu_supports("avx2") != 0;
  findings.push_back({"processors", "AVX2", Health::ok, fast ? "yes" : "no: files are read more slowly, with the same result", ""});
#endif
  return findings;
}

std::vector<Finding> check_limits() {
  Finding files = limit_finding("open files", RLIMIT_NOFILE, kFewOpenFiles, "few; a merge of many files needs more",
                                "ulimit -n 1024");
  rlimit open_files{};
  if (getrlimit(RLIMIT_NOFILE, &open_files) == 0 && open_files.rlim_cur < kTooFewOpenFiles) files.health = Health::problem;
  return {files,
          limit_finding("file size", RLIMIT_FSIZE, RLIM_INFINITY, "bytes: a larger output cannot be written", "ulimit -f unlimited"),
          limit_finding("address space", RLIMIT_AS, kSmallAddressSpace, "bytes: less than DuckDB and the threads reserve",
                        "ulimit -v unlimited; --memory-limit keeps memory in bounds")};
}

std::vector<Finding> check_surroundings(const DoctorRequest& request) {
  std::vector<Finding> findings;
  utsname system{};
  if (uname(&system) == 0) {
    findings.push_back({"surroundings", "system", Health::ok, fmt::format("{} {} {}", system.sysname, system.release, system.machine), ""});
  }
  findings.push_back({"surroundings", "terminal", Health::ok,
                      request.terminal_width > 0 ? fmt::format("{} columns", request.terminal_width)
                                                 : std::string("standard output is none"),
                      ""});
  findings.push_back(locale_finding());
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  std::array<char, 32> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  Finding clock{"surroundings", "clock", Health::ok, text.data(), ""};
  if (now < kEarliestPlausibleTime) {
    clock.health = Health::warning;
    clock.text += ": in the past; times of files and leases would be wrong";
    clock.mend = "set the system's clock";
  }
  findings.push_back(clock);
  return findings;
}

std::vector<Finding> examine(const DoctorRequest& request) {
  std::vector<Finding> all = check_versions(request);
  const auto add = [&](std::vector<Finding> findings) {
    all.insert(all.end(), std::make_move_iterator(findings.begin()), std::make_move_iterator(findings.end()));
  };
  add(check_processors());
  add(check_memory(request));
  add(check_folders(request));
  add(check_limits());
  add(check_surroundings(request));
  return all;
}

}  // namespace crm
