#include <string>
#include <vector>

#include "app/command_line.h"
#include "app/signals.h"
#include "base/memory_cap.h"

int main(int argc, char** argv) {
  crm::use_lean_malloc();
  crm::keep_standard_descriptors();
  crm::SignalStop signals;
  return crm::run_command_line(std::vector<std::string>(argv + 1, argv + argc), signals);
}
