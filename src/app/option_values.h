#pragma once

#include <string>
#include <vector>

#include "app/options.h"

namespace crm {

/// What a shell may offer after an option: told by the name that the option table gives its value.
struct OptionValues {
  enum class Source { words, files, folders, own };

  Source source = Source::own;        ///< own: text of the user's, of which nothing is known
  std::vector<std::string> words;     ///< only with Source::words
  bool list = false;                  ///< several of the words, with commas in between
  bool unfinished = false;            ///< the words end in `=`: more follows

  friend bool operator==(const OptionValues&, const OptionValues&) = default;
};

OptionValues values_of(const OptionRow& row);

/// True if a value follows as an argument of its own: not for switches, nor for `--flag[=VALUE]`.
bool takes_argument(const OptionRow& row);

}  // namespace crm
