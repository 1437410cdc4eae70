#pragma once

#include <cstddef>
#include <string_view>

namespace crm::bullmq {

/// A file of third_party/bullmq, as it is there.
struct EmbeddedFile {
  std::string_view version, name, text;
};

extern const EmbeddedFile kEmbeddedFiles[];
extern const std::size_t kEmbeddedFileCount;

}  // namespace crm::bullmq
