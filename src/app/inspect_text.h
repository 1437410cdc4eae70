#pragma once

#include <string>

#include "app/terminal.h"
#include "inspect/inspection.h"

namespace crm {

/// The inspection for people, in tables as wide as the display. `verbose`: lengths of values, and every column by name.
std::string inspection_text(const Inspection& inspection, const Display& display, bool verbose);

}  // namespace crm
