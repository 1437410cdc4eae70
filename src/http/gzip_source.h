#pragma once

#include <memory>

#include "http/message.h"

namespace crm {

/// The bytes of `source`, gzipped on their way out. Its size is not known.
std::unique_ptr<BodySource> make_gzip_source(std::unique_ptr<BodySource> source);

/// `text`, gzipped.
std::string gzipped(std::string_view text);

}  // namespace crm
