#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "output/output_file.h"

namespace crm {

/// An output that keeps its text, for tests of what writes.
class TextOutput final : public OutputFile {
 public:
  explicit TextOutput(std::string path = "text.csv") : path_(std::move(path)) {}
  void append(std::string_view bytes) override { text += bytes; }
  void publish() override {}
  const std::string& path() const override { return path_; }

  std::string text;

 private:
  std::string path_;
};

}  // namespace crm
