#pragma once

#include <cstdint>
#include <filesystem>
#include <stop_token>

namespace crm {

struct BackupReport {
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
};

/// Copies the data folder `data` into `target`, which must be new or empty, also while services run on it: the queue as it
/// is at one moment, then the store's objects (they never change; hard links where the file system can), the session key
/// and the audit log, the list of checksums last. So every output of a job that the copy calls completed is there, unless
/// the job was deleted meanwhile. Uploads that are not complete, and work in progress, are left out.
///
/// Errors: invalid_config for a folder that is no data folder, or a target with files in it; denied, limit_exceeded,
/// cancelled. A backup without SHA256SUMS is not complete.
BackupReport back_up(const std::filesystem::path& data, const std::filesystem::path& target, const std::stop_token& stop);

/// Makes the data folder `data`, which must be new or empty, of a backup. Every byte is checked; `version` comes last, so a
/// folder that was only partly restored is none. After an error the folder is as it was.
///
/// Errors: as back_up; conflict when a service uses the folder, invalid_input for a backup that is incomplete or damaged.
BackupReport restore(const std::filesystem::path& backup, const std::filesystem::path& data, const std::stop_token& stop);

}  // namespace crm
