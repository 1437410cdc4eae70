#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace crm {

/// Decides whether a cell is blank: empty, only white space, or (trimmed, case-sensitive) a token of `--blank`.
///
/// Threads: const after construction; share freely.
class BlankRule {
 public:
  BlankRule() = default;
  explicit BlankRule(std::vector<std::string> tokens);

  bool is_blank(std::string_view cell) const {
    if (cell.empty()) return true;
    const unsigned char first = static_cast<unsigned char>(cell.front());
    // The common cell begins with a visible ASCII character and there are no tokens.
    if (tokens_.empty() && first > 0x20 && first < 0x7F) return false;
    return is_blank_slow(cell);
  }
  const std::vector<std::string>& tokens() const { return tokens_; }

 private:
  bool is_blank_slow(std::string_view cell) const;
  std::vector<std::string> tokens_;
};

}  // namespace crm
