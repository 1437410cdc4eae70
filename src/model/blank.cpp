#include "model/blank.h"

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace crm {

BlankRule::BlankRule(std::vector<std::string> tokens) : tokens_(std::move(tokens)) {
  for (std::string& token : tokens_) token = std::string(trim(token));
}

bool BlankRule::is_blank_slow(std::string_view cell) const {
  const std::string_view text = trim(cell);
  return text.empty() || std::find(tokens_.begin(), tokens_.end(), text) != tokens_.end();
}

}  // namespace crm
