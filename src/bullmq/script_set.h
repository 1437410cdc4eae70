#pragma once

#include <array>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "redis/redis_connection.h"

namespace crm::bullmq {

/// The scripts of BullMQ that are used here, by the names they have there.
enum class ScriptName {
  addStandardJob,
  addDelayedJob,
  addPrioritizedJob,
  moveToActive,
  moveToFinished,
  retryJob,
  moveToDelayed,
  moveJobFromActiveToWait,
  extendLocks,
  moveStalledJobsToWait,
  updateProgress,
  addLog,
  removeJob,
  reprocessJob,
};
inline constexpr std::size_t kScriptCount = 14;

const char* to_text(ScriptName name);

/// One Lua script and how to run it. Threads: any.
class Script {
 public:
  Script(std::string text, int keys) : text_(std::move(text)), keys_(keys) {}

  int keys() const { return keys_; }
  const std::string& text() const { return text_; }
  /// Runs it by its hash; by its text where Redis lost it (SCRIPT FLUSH, a restart). Error replies are
  /// thrown.
  RedisReply run(RedisConnection& redis, const std::vector<std::string>& keys,
                 const std::vector<std::string>& arguments) const;
  /// The command that runs it by its text: what a transaction needs, where NOSCRIPT would come too late.
  RedisCommand by_text(const std::vector<std::string>& keys, const std::vector<std::string>& arguments) const;

 private:
  std::string sha(RedisConnection& redis) const;

  std::string text_;
  int keys_;
  mutable std::mutex mutex_;
  mutable std::string sha_;  ///< guarded by mutex_; empty: not yet known
};

/// All scripts of one version of the npm package `bullmq`, checked against the signatures that this program
/// was written for.
class ScriptSet {
 public:
  struct Source {
    std::string file;  ///< "moveToActive-11.js"
    std::string text;
  };

  /// Errors: invalid_config for a version that was not tested, a script that is missing or takes other keys
  /// or arguments.
  ScriptSet(std::string version, const std::vector<Source>& sources);

  const std::string& version() const { return version_; }
  int major() const { return major_; }
  const Script& operator[](ScriptName name) const { return *scripts_[static_cast<std::size_t>(name)]; }

 private:
  std::string version_;
  int major_;
  std::array<std::unique_ptr<Script>, kScriptCount> scripts_;
};

/// The scripts that are part of this program: for queues of BullMQ 5 its 5.81.5, for all others 6.7.0.
std::shared_ptr<const ScriptSet> embedded_scripts(int major);

/// The scripts of an installed package: `folder` holds its package.json. Errors: invalid_config, also where
/// there is none.
std::shared_ptr<const ScriptSet> installed_scripts(const std::filesystem::path& folder);

/// What a script says of its keys and arguments, as a number: the lines of its head that name KEYS[n] or
/// ARGV[n].
std::uint64_t signature_hash(std::string_view lua);

/// The Lua text in one of the package's JavaScript files. Errors: invalid_config where it is not one plain
/// template literal.
std::string lua_in(const ScriptSet::Source& source);

}  // namespace crm::bullmq
