#include "app/doctor_command.h"

#include <algorithm>

#include <fmt/format.h>
#include <unistd.h>

#include "report/figures.h"
#include "app/client_options.h"
#include "app/resolve_parts.h"
#include "app/service_doctor.h"
#include "app/version.h"
#include "base/error.h"
#include "base/fd.h"

namespace crm {
namespace {

constexpr int kProblemStatus = 2;

Colour colour_of(Health health) {
  switch (health) {
    case Health::ok: return Colour::green;
    case Health::warning: return Colour::yellow;
    case Health::problem: return Colour::red;
  }
  return Colour::none;
}

std::string title_of(std::string topic) {
  topic.front() = static_cast<char>(topic.front() - 'a' + 'A');
  return topic;
}

std::string line_of(const Finding& finding, const Display& display) {
  constexpr int kHealthWidth = 7, kNameWidth = 15, kIndent = 2 + kHealthWidth + 2 + kNameWidth + 2;
  const std::string health = paint(display, colour_of(finding.health), pad(health_name(finding.health), kHealthWidth));
  std::string out = "  " + health + "  " + pad(shorten(printable(finding.name), kNameWidth), kNameWidth) + "  " +
                    wrap(printable(finding.text), display.width, kIndent) + "\n";
  if (finding.mend.empty()) return out;
  return out + std::string(kIndent, ' ') + wrap("→ " + printable(finding.mend), display.width, kIndent) + "\n";
}

std::size_t count(const std::vector<Finding>& findings, Health health) {
  return static_cast<std::size_t>(std::count_if(findings.begin(), findings.end(),
                                                [&](const Finding& finding) { return finding.health == health; }));
}

}  // namespace

std::string findings_text(const std::vector<Finding>& findings, const Display& display) {
  std::string out, topic;
  for (const Finding& finding : findings) {
    if (finding.topic != topic) {
      out += (topic.empty() ? "" : "\n") + paint(display, Colour::bold, title_of(finding.topic)) + "\n";
      topic = finding.topic;
    }
    out += line_of(finding, display);
  }
  const std::size_t problems = count(findings, Health::problem), warnings = count(findings, Health::warning);
  std::string verdict = "All is well";
  if (problems + warnings > 0) {
    verdict = fmt::format("{}, {}", counted(problems, "problem", "problems"), counted(warnings, "warning", "warnings"));
  }
  const Colour colour = problems > 0 ? Colour::red : warnings > 0 ? Colour::yellow : Colour::green;
  return out + "\n" + paint(display, colour, verdict) + "\n";
}

DoctorRun resolve_doctor(const TypedOptions& typed, const Machine& machine) {
  if (!typed.inputs.empty()) {
    throw Error(ErrorCode::invalid_config,
                fmt::format("doctor takes no file ({}); crm-merge inspect FILE looks at files", typed.inputs.front()));
  }
  RunOptions run;
  resolve_limits(typed, machine, run);
  const Display display = detect_display(STDOUT_FILENO);
  DoctorRun doctor;
  doctor.request.program_version = program_version();
  doctor.request.libraries = library_versions();
  doctor.request.temp_dir = run.limits.temp_dir.string();
  doctor.request.memory_limit_bytes = run.limits.memory_bytes;
  doctor.request.least_memory_bytes = kLeastMemoryBytes;
  doctor.request.terminal_width = display.terminal ? display.width : 0;
  if (typed.has("--server") + typed.has("--data") + typed.has("--queue") > 1) {
    throw Error(ErrorCode::invalid_config,
                "--server, --data and --queue: give one; a service is looked at from the outside, from the inside, or its queue is");
  }
  if (typed.has("--server")) doctor.server = resolve_server(typed);
  if (const auto data = typed.one("--data")) doctor.data = *data;
  doctor.queue = typed.one("--queue");
  doctor.json = typed.has("--json");
  return doctor;
}

int run_doctor(const DoctorRun& doctor, const std::stop_token& stop) {
  const std::vector<Finding> findings = doctor.server  ? examine_service(*doctor.server, doctor.request.program_version, stop)
                                        : doctor.data  ? examine_data_folder(*doctor.data)
                                        : doctor.queue ? examine_queue(*doctor.queue)
                                                       : examine(doctor.request);
  write_all(STDOUT_FILENO, doctor.json ? findings_json(findings) : findings_text(findings, detect_display(STDOUT_FILENO)),
            "standard output");
  return count(findings, Health::problem) > 0 ? kProblemStatus : 0;
}

}  // namespace crm
