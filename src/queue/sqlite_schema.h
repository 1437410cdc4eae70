#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>

#include "base/clock.h"
#include "queue/sqlite.h"

namespace crm::sqlite {

/// SQL that takes a queue from version n (its place in the list) to n + 1; version 0 is an empty file.
using Migration = std::string_view;

/// Every version that a release has had; never edited, only added to.
std::span<const Migration> queue_migrations();

/// Brings the queue in `database` to the newest version in one transaction. One with jobs in it is copied
/// first, to `file`.v<N>.<milliseconds>.bak. Call it with every other user of the file kept out. Errors:
/// invalid_config for a newer version, or a database that is not a queue.
void migrate(Database& database, std::span<const Migration> migrations, WallTime now);

/// True if `migrate` would have nothing to do. Errors: as `migrate`.
bool is_current(Database& database, std::span<const Migration> migrations);

/// Writes the database as it is at one moment to `target`, synced, whole or not at all.
/// Errors: conflict when `target` exists, limit_exceeded, denied.
void copy_database(Database& database, const std::filesystem::path& target);

}  // namespace crm::sqlite
