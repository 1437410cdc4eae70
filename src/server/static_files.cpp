#include "server/static_files.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>

#include "base/error.h"
#include "base/fd.h"
#include "http/negotiation.h"
#include "http/url.h"

namespace crm {
namespace {

namespace fs = std::filesystem;

/// The page is held in memory: a folder with more than this is some other folder.
constexpr std::uint64_t kMaxPageBytes = 32u << 20;
constexpr std::size_t kMaxPageFiles = 1000;
constexpr int kLevelsToCheckout = 6;

std::string_view content_type_of(std::string_view name) {
  static constexpr std::pair<std::string_view, std::string_view> kTypes[] = {
      {".html", "text/html; charset=utf-8"},        {".js", "text/javascript; charset=utf-8"},
      {".css", "text/css; charset=utf-8"},          {".json", "application/json"},
      {".svg", "image/svg+xml"},                    {".png", "image/png"},
      {".woff2", "font/woff2"},                     {".txt", "text/plain; charset=utf-8"},
      {".webmanifest", "application/manifest+json"}};
  for (const auto& [ending, type] : kTypes) {
    if (name.ends_with(ending)) return type;
  }
  return "application/octet-stream";
}

std::string read_whole(const fs::path& path) {
  const UniqueFd fd = open_for_reading(path.string());
  std::string text(fs::file_size(path), '\0');
  text.resize(read_at(fd.get(), 0, text.data(), text.size(), path.string()));
  return text;
}

std::string etag_of(std::string_view bytes) {
  constexpr std::size_t kShownBytes = 12;
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha256(), nullptr);
  std::string tag = "\"";
  for (std::size_t i = 0; i < kShownBytes; ++i) tag += fmt::format("{:02x}", digest[i]);
  return tag + '"';
}

/// Addresses that the page itself understands (web/src/app/App.tsx).
bool is_route_of_page(std::string_view path) {
  return path == "/" || path == "/columns" || path == "/rules" || path == "/jobs" || path.starts_with("/jobs/");
}

bool wants_html(const Request& request) {
  return request.header("Accept").value_or("").find("text/html") != std::string_view::npos;
}

}  // namespace

StaticFiles::StaticFiles(const StaticFilesOptions& options) {
  const fs::path& folder = options.folder;
  if (!fs::is_regular_file(folder / "index.html")) {
    throw Error(ErrorCode::invalid_config, fmt::format("--ui-dir {}: there is no index.html in it; build the page in web/ "
                                                       "with npm run build, and name web/dist",
                                                       folder.string()));
  }
  std::uint64_t bytes = 0;
  std::vector<std::pair<std::string, std::string>> packed;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    bytes += entry.file_size();
    if (bytes > kMaxPageBytes || files_.size() > kMaxPageFiles) {
      throw Error(ErrorCode::invalid_config,
                  fmt::format("--ui-dir {}: holds more than a page; name web/dist", folder.string()));
    }
    const std::string path = "/" + fs::relative(entry.path(), folder).generic_string();
    std::string body = read_whole(entry.path());
    if (path.ends_with(".gz")) {
      packed.emplace_back(path.substr(0, path.size() - 3), std::move(body));
      continue;
    }
    File file;
    file.type = content_type_of(path);
    file.etag = etag_of(body);
    file.body = std::move(body);
    file.is_hashed = path.starts_with("/assets/");
    files_.emplace(path, std::move(file));
  }
  for (auto& [path, body] : packed) {
    if (const auto file = files_.find(path); file != files_.end()) file->second.packed = std::move(body);
  }
  std::string connect = "'self'";
  for (const std::string& origin : options.connect_origins) connect += " " + origin;
  policy_ = fmt::format("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
                        "connect-src {}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
                        connect);
}

std::optional<Response> StaticFiles::answer(const Request& request) const {
  const auto path = percent_decoded(request.path);
  if (!path || path->starts_with("/api/")) return std::nullopt;
  if (const auto file = files_.find(*path); file != files_.end()) return response_of(request, file->second, 200);
  const File& index = files_.find("/index.html")->second;
  if (is_route_of_page(*path)) return response_of(request, index, 200);
  if (wants_html(request)) return response_of(request, index, 404);
  return std::nullopt;
}

Response StaticFiles::response_of(const Request& request, const File& file, int status) const {
  Response response;
  response.status = status;
  response.set("Content-Type", file.type);
  response.set("Cache-Control", file.is_hashed ? "public, max-age=31536000, immutable" : "no-cache");
  response.set("Vary", "Accept-Encoding");
  const bool packed = !file.packed.empty() && accepts_gzip(request.header("Accept-Encoding").value_or(""));
  // Packed and plain are other bytes of the same content: a weak tag says so.
  response.set("ETag", "W/" + file.etag);
  if (file.type.starts_with("text/html")) {
    response.set("Content-Security-Policy", policy_);
    response.set("Referrer-Policy", "no-referrer");
    response.set("X-Frame-Options", "DENY");
    response.set("Cross-Origin-Opener-Policy", "same-origin");
  }
  if (const auto known = request.header("If-None-Match"); status == 200 && known && matches_etag(*known, file.etag)) {
    response.status = 304;
    return response;
  }
  if (packed) response.set("Content-Encoding", "gzip");
  response.body = packed ? file.packed : file.body;
  return response;
}

std::optional<fs::path> page_folder_of(const fs::path& program) {
  const fs::path installed = program.parent_path().parent_path() / "share/crm-merge/web";
  if (fs::exists(installed / "index.html")) return installed;
  fs::path level = program.parent_path();
  for (int i = 0; i < kLevelsToCheckout && level.has_relative_path(); ++i) {
    level = level.parent_path();
    if (fs::exists(level / "web/dist/index.html")) return level / "web/dist";
  }
  return std::nullopt;
}

std::optional<std::string> origin_of(std::string_view url) {
  const std::size_t host = url.find("://");
  if (host == std::string_view::npos) return std::nullopt;
  const std::string_view origin = url.substr(0, url.find_first_of("/?#", host + 3));
  return origin.size() > host + 3 ? std::optional(std::string(origin)) : std::nullopt;
}

}  // namespace crm
