#include "bullmq/script_set.h"

#include <xxhash.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/error.h"
#include "bullmq/embedded_scripts.h"

namespace crm::bullmq {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxScriptFileBytes = std::size_t{1} << 20;

constexpr std::array<const char*, kScriptCount> kNames = {"addStandardJob",    "addDelayedJob",
                                                          "addPrioritizedJob", "moveToActive",
                                                          "moveToFinished",    "retryJob",
                                                          "moveToDelayed",     "moveJobFromActiveToWait",
                                                          "extendLocks",       "moveStalledJobsToWait",
                                                          "updateProgress",    "addLog",
                                                          "removeJob",         "reprocessJob"};

/// What a script of a tested version takes. KEYS counts and meanings changed in minor releases, so all of it
/// is compared.
struct Signature {
  int keys;
  std::uint64_t hash;
};

struct TestedVersions {
  int major, minor;
  std::array<Signature, kScriptCount> signatures;
};

constexpr std::array<TestedVersions, 2> kTested = {{
#include "bullmq/signatures.inc"
}};

[[noreturn]] void refuse(const std::string& message) {
  throw Error(
      ErrorCode::invalid_config,
      message + "; this crm-merge knows bullmq 5.81 and 6.7: without --bullmq-dir it uses its own copies");
}

const TestedVersions& tested(const std::string& version) {
  int major = -1, minor = -1;
  const char* const end = version.data() + version.size();
  const auto first = std::from_chars(version.data(), end, major);
  if (first.ec == std::errc() && first.ptr != end && *first.ptr == '.')
    std::from_chars(first.ptr + 1, end, minor);
  const auto found = std::ranges::find_if(
      kTested, [&](const TestedVersions& known) { return known.major == major && known.minor == minor; });
  if (found == kTested.end()) refuse("bullmq " + version + " was never tested");
  return *found;
}

/// Of "moveToActive-11.js".
std::optional<int> keys_in(std::string_view file, std::string_view name) {
  if (!file.starts_with(name) || !file.ends_with(".js") || file.size() < name.size() + 5 ||
      file[name.size()] != '-')
    return std::nullopt;
  file.remove_prefix(name.size() + 1);
  file.remove_suffix(3);
  int keys = 0;
  const auto [end, error] = std::from_chars(file.data(), file.data() + file.size(), keys);
  if (error != std::errc() || end != file.data() + file.size()) return std::nullopt;
  return keys;
}

std::string text_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::string text(std::istreambuf_iterator<char>(in), {});
  if (!in || text.size() > kMaxScriptFileBytes) refuse("cannot read " + file.string());
  return text;
}

std::string version_in(const fs::path& package) {
  const auto json = nlohmann::json::parse(text_of(package), nullptr, false);
  const auto string_at = [&](const char* key) {
    return json.is_object() && json.contains(key) && json[key].is_string() ? json[key].get<std::string>()
                                                                           : "";
  };
  if (string_at("name") != "bullmq") refuse(package.string() + " is not the package bullmq");
  return string_at("version");
}

}  // namespace

const char* to_text(ScriptName name) { return kNames.at(static_cast<std::size_t>(name)); }

std::uint64_t signature_hash(std::string_view lua) {
  const std::string_view head = lua.substr(0, lua.find("]]"));
  std::string lines;
  for (std::size_t at = 0; at < head.size();) {
    const std::size_t end = std::min(head.find('\n', at), head.size());
    std::string_view line = head.substr(at, end - at);
    at = end + 1;
    const auto names = [&](std::string_view what) {
      const std::size_t place = line.find(what);
      return place != std::string_view::npos && place + what.size() < line.size() &&
             line[place + what.size()] >= '0' && line[place + what.size()] <= '9';
    };
    if (!names("KEYS[") && !names("ARGV[")) continue;
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    line = line.substr(0, line.find_last_not_of(" \t\r") + 1);
    lines.append(line).append("\n");
  }
  return XXH3_64bits(lines.data(), lines.size());
}

std::string lua_in(const ScriptSet::Source& source) {
  const std::size_t first = source.text.find('`'), last = source.text.rfind('`');
  if (first == std::string::npos || first == last)
    refuse("the script " + source.file + " holds no template literal");
  std::string lua = source.text.substr(first + 1, last - first - 1);
  // Any of these would mean something else to JavaScript than to Lua.
  if (lua.find('`') != std::string::npos || lua.find('\\') != std::string::npos ||
      lua.find("${") != std::string::npos) {
    refuse("the script " + source.file + " is no plain text");
  }
  return lua;
}

ScriptSet::ScriptSet(std::string version, const std::vector<Source>& sources) : version_(std::move(version)) {
  const TestedVersions& known = tested(version_);
  major_ = known.major;
  for (std::size_t n = 0; n < kScriptCount; ++n) {
    const auto source = std::ranges::find_if(
        sources, [&](const Source& one) { return keys_in(one.file, kNames[n]).has_value(); });
    if (source == sources.end()) refuse(std::string("bullmq ") + version_ + " has no script " + kNames[n]);
    const int keys = *keys_in(source->file, kNames[n]);
    std::string lua = lua_in(*source);
    if (keys != known.signatures[n].keys || signature_hash(lua) != known.signatures[n].hash) {
      refuse("the script " + source->file + " of bullmq " + version_ +
             " takes other keys or arguments than were tested");
    }
    scripts_[n] = std::make_unique<Script>(std::move(lua), keys);
  }
}

std::string Script::sha(RedisConnection& redis) const {
  {
    const std::lock_guard lock(mutex_);
    if (!sha_.empty()) return sha_;
  }
  std::string sha = redis.ask({"SCRIPT", "LOAD", text_}).text;
  const std::lock_guard lock(mutex_);
  return sha_ = std::move(sha);
}

RedisReply Script::run(RedisConnection& redis, const std::vector<std::string>& keys,
                       const std::vector<std::string>& arguments) const {
  RedisCommand command = by_text(keys, arguments);
  command[0] = "EVALSHA";
  command[1] = sha(redis);
  RedisReply reply = redis.ask_all({command}).front();
  if (reply.is_error("NOSCRIPT")) return redis.ask(by_text(keys, arguments));
  if (reply.is_error()) throw_redis_error(reply);
  return reply;
}

RedisCommand Script::by_text(const std::vector<std::string>& keys,
                             const std::vector<std::string>& arguments) const {
  RedisCommand command{"EVAL", text_, std::to_string(keys.size())};
  command.insert(command.end(), keys.begin(), keys.end());
  command.insert(command.end(), arguments.begin(), arguments.end());
  return command;
}

std::shared_ptr<const ScriptSet> embedded_scripts(int major) {
  static std::mutex mutex;
  static std::map<std::string, std::shared_ptr<const ScriptSet>, std::less<>> sets;
  const std::lock_guard lock(mutex);
  const std::string_view version = major == 5 ? "5.81.5" : "6.7.0";
  if (const auto known = sets.find(version); known != sets.end()) return known->second;
  std::vector<ScriptSet::Source> sources;
  for (std::size_t n = 0; n < kEmbeddedFileCount; ++n) {
    const EmbeddedFile& file = kEmbeddedFiles[n];
    if (file.version == version) sources.push_back({std::string(file.name), std::string(file.text)});
  }
  return sets.emplace(version, std::make_shared<const ScriptSet>(std::string(version), sources))
      .first->second;
}

std::shared_ptr<const ScriptSet> installed_scripts(const fs::path& folder) {
  const std::string version = version_in(folder / "package.json");
  std::vector<ScriptSet::Source> sources;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder / "dist/esm/scripts", error)) {
    const std::string file = entry.path().filename().string();
    const bool wanted =
        std::ranges::any_of(kNames, [&](const char* name) { return keys_in(file, name).has_value(); });
    if (wanted) sources.push_back({file, text_of(entry.path())});
  }
  if (error) refuse("cannot read " + (folder / "dist/esm/scripts").string());
  return std::make_shared<const ScriptSet>(version, sources);
}

}  // namespace crm::bullmq
