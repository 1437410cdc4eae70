#pragma once

#include <sys/stat.h>

#include <optional>
#include <string>
#include <string_view>

#include "storage/object.h"

namespace crm {

/// Keeps `etag` with the file behind `fd` (an extended attribute), valid as long as its size and time of
/// change stay. Where the file system has no such attributes, it is found by reading when it is asked for.
void keep_etag(int fd, const std::string& etag);

/// The etag that is kept and still valid; nothing: there is none.
std::optional<std::string> kept_etag(int fd, const struct stat& status);

/// The etag of the file behind `fd`; reads the whole file, once, where none is kept. Errors: unavailable.
std::string etag_of(int fd, const struct stat& status);

/// What a file is as an object.
ObjectInfo object_info(std::string_view key, const struct stat& status, std::string etag);

}  // namespace crm
