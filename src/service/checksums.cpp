#include "service/checksums.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <new>

#include <fmt/format.h>

#include "base/error.h"
#include "base/random.h"

namespace crm {
namespace {

constexpr std::size_t kHexDigits = 64;

/// As sha256sum does it: a line whose name holds a line end or a backslash begins with a backslash.
std::string escaped(const std::string& path) {
  std::string out;
  for (const char c : path) out += c == '\n' ? "\\n" : c == '\\' ? "\\\\" : std::string(1, c);
  return out;
}

std::string unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool is_escape = text[i] == '\\' && i + 1 < text.size();
    if (is_escape) ++i;
    out += is_escape && text[i] == 'n' ? '\n' : text[i];
  }
  return out;
}

[[noreturn]] void refuse(std::size_t line, std::string_view why) {
  throw Error(ErrorCode::invalid_config, fmt::format("{}:{}: {}; this is no list of crm-merge backup", kChecksumFile, line, why));
}

bool stays_inside(const std::string& path) {
  const std::string framed = "/" + path + "/";
  return !path.empty() && path.front() != '/' && path.find('\0') == std::string::npos && framed.find("/../") == std::string::npos &&
         framed.find("/./") == std::string::npos && framed.find("//") == std::string::npos;
}

}  // namespace

struct Sha256::State {
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context{EVP_MD_CTX_new(), &EVP_MD_CTX_free};
};

Sha256::Sha256() : state_(std::make_unique<State>()) {
  if (!state_->context) throw std::bad_alloc();
  EVP_DigestInit_ex(state_->context.get(), EVP_sha256(), nullptr);
}

Sha256::~Sha256() = default;

void Sha256::add(std::string_view bytes) { EVP_DigestUpdate(state_->context.get(), bytes.data(), bytes.size()); }

std::string Sha256::finish() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  EVP_DigestFinal_ex(state_->context.get(), digest.data(), &size);
  return hex(std::span(digest.data(), size));
}

std::string checksum_text(const Checksums& sums) {
  std::string text;
  for (const auto& [path, hash] : sums) {
    const std::string name = escaped(path);
    text += fmt::format("{}{}  {}\n", name == path ? "" : "\\", hash, name);
  }
  return text;
}

Checksums parse_checksums(std::string_view text) {
  Checksums sums;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) refuse(number, "the last line is cut");
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end + 1);
    const bool is_escaped = line.starts_with('\\');
    if (is_escaped) line.remove_prefix(1);
    const std::string_view hash = line.substr(0, std::min(line.size(), kHexDigits));
    const bool is_hash = hash.size() == kHexDigits && hash.find_first_not_of("0123456789abcdef") == std::string_view::npos;
    if (!is_hash || line.substr(kHexDigits, 2) != "  ") refuse(number, "a hash of 64 digits, two spaces and a path are expected");
    const std::string_view name = line.substr(kHexDigits + 2);
    const std::string path = is_escaped ? unescaped(name) : std::string(name);
    if (!stays_inside(path)) refuse(number, "the path leads out of the folder");
    sums[path] = hash;
  }
  return sums;
}

}  // namespace crm
