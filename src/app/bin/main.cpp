#include <string>
#include <vector>

#include "app/command_line.h"
#include "app/signals.h"

int main(int argc, char** argv) {
  crm::keep_standard_descriptors();
  crm::SignalStop signals;
  return crm::run_command_line(std::vector<std::string>(argv + 1, argv + argc), signals);
}
