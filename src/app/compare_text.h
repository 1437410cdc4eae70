#pragma once

#include <string>

#include "app/terminal.h"
#include "compare/comparison.h"

namespace crm {

/// What is printed beside what was found.
struct CompareClosing {
  bool equal = false;
  std::string differences_path;  ///< empty: not written
  double seconds = 0;
  std::uint64_t peak_bytes = 0;
};

/// The comparison for people, in tables as wide as the display.
std::string comparison_text(const Comparison& comparison, const CompareClosing& closing, const Display& display);

}  // namespace crm
