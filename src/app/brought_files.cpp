#include "app/brought_files.h"

#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <system_error>

#include <fmt/format.h>

#include "base/error.h"
#include "base/fd.h"

namespace crm {
namespace {

using nlohmann::ordered_json;

/// Where a link leads: the file behind it is replaced, not the link.
std::string behind_links(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::is_symlink(path, error)) return path;
  const std::filesystem::path target = std::filesystem::weakly_canonical(path, error);
  return error ? path : target.string();
}

void begin_anew(int fd, std::uint64_t size, const std::string& path) {
  if (::ftruncate(fd, static_cast<off_t>(size)) != 0 || ::lseek(fd, static_cast<off_t>(size), SEEK_SET) < 0) {
    throw Error(ErrorCode::denied, fmt::format("cannot write to {}: {}", path, system_text(errno)));
  }
}

}  // namespace

BroughtFiles::BroughtFiles(std::vector<BroughtOutput> wanted) : wanted_(std::move(wanted)) {
  for (const BroughtOutput& output : wanted_) files_.push_back(std::make_unique<StagedFile>(behind_links(output.path)));
}

void BroughtFiles::fetch(ServiceClient& client, const ordered_json& job, ProgressDisplay& display) {
  const std::string id = job.at("id").get<std::string>();
  for (const BroughtOutput& output : wanted_) {
    if (output_file_name(job, output.kind)) continue;
    throw Error(ErrorCode::not_found,
                fmt::format("{}: job {} has no output {}; it was submitted without it", output.path, id, output_name(output.kind)));
  }
  for (std::size_t i = 0; i < wanted_.size(); ++i) fetch_one(client, id, i, display);
}

void BroughtFiles::fetch_one(ServiceClient& client, const std::string& id, std::size_t number, ProgressDisplay& display) {
  const std::string& path = wanted_[number].path;
  const int fd = files_[number]->fd();
  Transfer transfer{.direction = Transfer::Direction::fetch, .file = std::filesystem::path(path).filename().string()};
  const auto tell = [&] {
    const double share = transfer.file_total == 0 ? 1 : static_cast<double>(transfer.file_bytes) / static_cast<double>(transfer.file_total);
    transfer.fraction = (static_cast<double>(number) + share) / static_cast<double>(wanted_.size());
    display.transfer(transfer);
  };
  client.download(id, std::string(output_name(wanted_[number].kind)),
                  {[&](std::uint64_t at, std::uint64_t size) {
                     begin_anew(fd, at, path);
                     transfer.file_bytes = at;
                     transfer.file_total = size;
                   },
                   [&](std::string_view bytes) {
                     write_all(fd, bytes, path);
                     transfer.file_bytes += bytes.size();
                     tell();
                   }});
}

void BroughtFiles::publish() {
  for (const std::unique_ptr<StagedFile>& file : files_) file->publish();
}

std::string output_text(ServiceClient& client, const std::string& id, OutputKind kind) {
  std::string text;
  client.download(id, std::string(output_name(kind)),
                  {[&](std::uint64_t at, std::uint64_t size) {
                     if (size > kMaxAnswerBytes) throw Error(ErrorCode::limit_exceeded, fmt::format("the {} of job {} is too large to show", output_name(kind), id));
                     text.resize(at);
                   },
                   [&](std::string_view bytes) { text.append(bytes); }});
  return text;
}

std::optional<std::string> output_file_name(const ordered_json& job, OutputKind kind) {
  if (!job.contains("outputs")) return std::nullopt;
  for (const ordered_json& output : job["outputs"]) {
    if (output.value("name", "") == output_name(kind)) return output.value("file", "");
  }
  return std::nullopt;
}

}  // namespace crm
