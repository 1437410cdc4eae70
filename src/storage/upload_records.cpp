#include "storage/upload_records.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <string_view>

#include "base/random.h"
#include "base/fd.h"
#include "storage/staging.h"
#include "storage/store_folder.h"

namespace crm::upload_records {
namespace {

constexpr std::string_view kPartPrefix = "part-";
constexpr std::size_t kMaxRecordBytes = 4096;

/// Whole or not at all: a reader never sees half a record.
void write_record(int folder, const std::string& name, const std::string& text, bool synced) {
  const std::string unfinished = "." + name + "." + random_hex();
  const UniqueFd file(::openat(folder, unfinished.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!file) throw_storage_error(errno, "cannot write to the upload");
  write_all(file.get(), text, "the upload");
  if (synced && ::fsync(file.get()) != 0) throw_storage_error(errno, "cannot sync the upload");
  if (::renameat(folder, unfinished.c_str(), folder, name.c_str()) != 0) {
    throw_storage_error(errno, "cannot write to the upload");
  }
}

std::optional<std::string> read_record(int folder, const std::string& name) {
  const UniqueFd file(::openat(folder, name.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  if (!file) return std::nullopt;
  std::string text(kMaxRecordBytes, '\0');
  text.resize(read_at(file.get(), 0, text.data(), text.size(), "the upload"));
  return text;
}

/// Takes lines `name value` in their order; the last word of a broken record is that it is none.
class Lines {
 public:
  explicit Lines(std::string_view text) : rest_(text) {}

  std::string_view value(std::string_view name) {
    const std::size_t end = rest_.find('\n');
    const std::string_view line = rest_.substr(0, end);
    if (end == std::string_view::npos || !line.starts_with(name) || line.size() <= name.size()) {
      broken_ = true;
      return {};
    }
    rest_.remove_prefix(end + 1);
    return line.substr(name.size() + 1);
  }

  std::uint64_t number(std::string_view name) { return parsed(value(name)); }

  std::optional<std::uint64_t> number_or_none(std::string_view name) {
    const std::string_view text = value(name);
    if (text == "-") return std::nullopt;
    return parsed(text);
  }

  bool broken() const { return broken_; }

 private:
  std::uint64_t parsed(std::string_view text) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) broken_ = true;
    return number;
  }

  std::string_view rest_;
  bool broken_ = false;
};

WallTime wall_time(std::uint64_t ms) {
  return WallTime(std::chrono::milliseconds(static_cast<std::int64_t>(ms)));
}

std::string ms_text(WallTime time) { return std::to_string(time.time_since_epoch().count()); }

std::string part_name(int number) { return std::string(kPartPrefix) + std::to_string(number); }

std::optional<PartRecord> read_part(int folder, int number) {
  const auto text = read_record(folder, part_name(number));
  if (!text) return std::nullopt;
  Lines lines(*text);
  PartRecord record;
  record.part.number = number;
  record.part.etag = lines.value("etag");
  record.part.size = lines.number("size");
  record.at = wall_time(lines.number("at"));
  record.boot = lines.value("boot");
  if (lines.broken()) return std::nullopt;
  return record;
}

}  // namespace

const std::string& boot_id() {
  static const std::string id = [] {
    const UniqueFd file(::open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC));
    if (!file) return std::string();
    char text[36];
    return std::string(text, read_some(file.get(), text, sizeof text, "the boot id"));
  }();
  return id;
}

void write_upload(int folder, const UploadRecord& record) {
  write_record(folder, "upload",
               "key " + record.key + "\npart_size " + std::to_string(record.part_size) + "\nsize " +
                   (record.size ? std::to_string(*record.size) : "-") + "\nif_absent " +
                   (record.if_absent ? "1" : "0") + "\nbegun " + ms_text(record.begun) + "\n",
               true);
  sync_folder(folder);
}

std::optional<UploadRecord> read_upload(int folder) {
  const auto text = read_record(folder, "upload");
  if (!text) return std::nullopt;
  Lines lines(*text);
  UploadRecord record;
  record.key = lines.value("key");
  record.part_size = lines.number("part_size");
  record.size = lines.number_or_none("size");
  record.if_absent = lines.number("if_absent") != 0;
  record.begun = wall_time(lines.number("begun"));
  if (lines.broken()) return std::nullopt;
  return record;
}

void write_completed(int folder, const CompletedRecord& record) {
  write_record(folder, "completed", "etag " + record.etag + "\nat " + ms_text(record.at) + "\n", false);
}

std::optional<CompletedRecord> read_completed(int folder) {
  const auto text = read_record(folder, "completed");
  if (!text) return std::nullopt;
  Lines lines(*text);
  CompletedRecord record;
  record.etag = lines.value("etag");
  record.at = wall_time(lines.number("at"));
  if (lines.broken()) return std::nullopt;
  return record;
}

void write_part(int folder, const PartRecord& record) {
  // "unknown": a value is never empty.
  write_record(folder, part_name(record.part.number),
               "etag " + record.part.etag + "\nsize " + std::to_string(record.part.size) + "\nat " +
                   ms_text(record.at) + "\nboot " + (record.boot.empty() ? "unknown" : record.boot) + "\n",
               false);
}

void remove_part(int folder, int number) {
  if (::unlinkat(folder, part_name(number).c_str(), 0) != 0 && errno != ENOENT) {
    throw_storage_error(errno, "cannot write to the upload");
  }
}

std::vector<PartRecord> read_parts(int folder) {
  std::vector<PartRecord> records;
  for (const std::string& name : staging::names_in(folder)) {
    if (!name.starts_with(kPartPrefix)) continue;
    int number = 0;
    const char* end = name.data() + name.size();
    const auto parsed = std::from_chars(name.data() + kPartPrefix.size(), end, number);
    if (parsed.ec != std::errc() || parsed.ptr != end) continue;
    if (auto record = read_part(folder, number)) records.push_back(std::move(*record));
  }
  std::sort(records.begin(), records.end(),
            [](const PartRecord& a, const PartRecord& b) { return a.part.number < b.part.number; });
  return records;
}

}  // namespace crm::upload_records
