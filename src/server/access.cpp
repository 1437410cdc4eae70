#include "server/access.h"

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <sstream>

#include "base/error.h"
#include "base/fd.h"
#include "server/problem.h"

namespace crm {
namespace {

constexpr std::string_view kCookie = "crm_merge_session";
constexpr std::string_view kHashPrefix = "sha256:";
constexpr std::size_t kMaxTokenBytes = 512, kMaxTokenFileBytes = 1u << 20, kMaxTokenNameBytes = 64;

std::string hex(const unsigned char* bytes, std::size_t size) {
  std::string text;
  for (std::size_t i = 0; i < size; ++i) text += fmt::format("{:02x}", bytes[i]);
  return text;
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string ascii_lower(std::string_view text) {
  std::string lowered(text);
  for (char& c : lowered) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return lowered;
}

/// The host of "name:port", "[::1]:port" or "name".
std::string host_without_port(std::string_view authority) {
  if (authority.starts_with('[')) return std::string(authority.substr(0, authority.find(']') + 1));
  return ascii_lower(authority.substr(0, authority.rfind(':')));
}

bool is_ip_address(std::string_view host) {
  if (host.starts_with('[')) return host.ends_with(']');
  return !host.empty() && host.find_first_not_of("0123456789.") == std::string_view::npos;
}

bool is_name(std::string_view name) {
  return !name.empty() && name.size() <= kMaxTokenNameBytes &&
         std::all_of(name.begin(), name.end(), [](unsigned char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
                  c == '-' || c == '.';
         });
}

std::int64_t changed_at_ns(const std::string& file) {
  struct stat status {};
  if (stat(file.c_str(), &status) != 0) return -1;
  return status.st_mtim.tv_sec * 1'000'000'000 + status.st_mtim.tv_nsec;
}

std::string read_file(const std::string& file) {
  const UniqueFd fd = open_for_reading(file);
  std::string text(kMaxTokenFileBytes, '\0');
  text.resize(read_at(fd.get(), 0, text.data(), text.size(), file));
  return text;
}

}  // namespace

std::string token_hash(std::string_view token) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  EVP_Digest(token.data(), token.size(), digest.data(), &size, EVP_sha256(), nullptr);
  return std::string(kHashPrefix) + hex(digest.data(), size);
}

std::string make_token() {
  std::array<unsigned char, 32> bytes{};
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) {
    throw Error(ErrorCode::unavailable, "the system gives no random numbers");
  }
  return "crm_" + hex(bytes.data(), bytes.size());
}

std::vector<TokenEntry> parse_tokens(std::string_view text, const std::string& file) {
  std::vector<TokenEntry> tokens;
  std::istringstream lines{std::string(text)};
  std::string line;
  for (int number = 1; std::getline(lines, line); ++number) {
    std::istringstream words(line.substr(0, line.find('#')));
    std::string name, role, hash, more;
    words >> name >> role >> hash >> more;
    if (name.empty()) continue;
    const auto refuse = [&](std::string_view what) {
      throw Error(ErrorCode::invalid_config, fmt::format("{}, line {}: {}", file, number, what));
    };
    if (!is_name(name)) refuse("a name is letters, digits, _, - and ., at most 64");
    if (role != "read" && role != "write")
      refuse("the role must be read or write; a line is: name role hash");
    const bool is_hash = hash.starts_with(kHashPrefix) && hash.size() == kHashPrefix.size() + 64 &&
                         hash.find_first_not_of("0123456789abcdef", kHashPrefix.size()) == std::string::npos;
    if (!is_hash) refuse("the hash must be sha256: and 64 hex digits; crm-merge token makes one");
    if (!more.empty()) refuse("more than name, role and hash");
    if (std::any_of(tokens.begin(), tokens.end(),
                    [&](const TokenEntry& entry) { return entry.name == name; })) {
      refuse("the name is taken by a line before");
    }
    tokens.push_back({name, role == "write" ? Role::write : Role::read, hash});
  }
  return tokens;
}

Access::Access(AccessOptions options, std::function<std::int64_t()> unix_now)
    : options_(std::move(options)), unix_now_(std::move(unix_now)) {
  for (std::string& host : options_.hosts) host = ascii_lower(host);
  for (std::string& origin : options_.origins) origin = ascii_lower(origin);
  if (!needs_token()) return;
  tokens_changed_at_ns_ = changed_at_ns(options_.token_file);
  tokens_ = parse_tokens(read_file(options_.token_file), options_.token_file);
  if (tokens_.empty()) {
    throw Error(ErrorCode::invalid_config,
                fmt::format("{}: no token in it; add a line: name role hash", options_.token_file));
  }
}

std::vector<TokenEntry> Access::tokens() const {
  const std::lock_guard lock(mutex_);
  const std::int64_t changed = changed_at_ns(options_.token_file);
  if (changed != tokens_changed_at_ns_) {
    // A file that is being edited, or has a fault, leaves the tokens as they were.
    try {
      tokens_ = parse_tokens(read_file(options_.token_file), options_.token_file);
      tokens_changed_at_ns_ = changed;
    } catch (const Error&) {
    }
  }
  return tokens_;
}

void Access::check_host(const Request& request) const {
  const auto header = request.header("Host");
  if (!header || header->empty()) throw HttpProblem(400, "bad_request", "the header Host is missing");
  const std::string host = host_without_port(*header);
  if (host == "localhost" || is_ip_address(host)) return;
  if (std::find(options_.hosts.begin(), options_.hosts.end(), host) != options_.hosts.end()) return;
  throw HttpProblem(421, "wrong_host",
                    "this service is not known under that host name; start it with --host-name NAME");
}

void Access::check_origin(const Request& request) const {
  const auto header = request.header("Origin");
  if (!header) return;  // no browser: a page's write always has one
  const std::string origin = ascii_lower(*header);
  const std::string host = ascii_lower(request.header("Host").value_or(""));
  // Behind a proxy that ends TLS the scheme is the proxy's.
  if (origin == "http://" + host || origin == "https://" + host) return;
  if (std::find(options_.origins.begin(), options_.origins.end(), origin) != options_.origins.end()) return;
  throw HttpProblem(403, "wrong_origin", "a page of another site may not do this; allow it with --origin");
}

std::optional<Caller> Access::caller_of(std::string_view token) const {
  if (token.empty() || token.size() > kMaxTokenBytes) return std::nullopt;
  const std::string hash = token_hash(token);
  std::optional<Caller> caller;
  // All are looked at, so that time does not tell which.
  for (const TokenEntry& entry : tokens()) {
    if (equal_in_constant_time(entry.hash, hash)) caller = Caller{entry.name, entry.role};
  }
  return caller;
}

std::string Access::signature(const TokenEntry& entry, std::int64_t expires) const {
  // The token's hash is in it, so that a cookie ends with its token.
  const std::string text = fmt::format("{}\n{}\n{}", entry.name, expires, entry.hash);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  HMAC(EVP_sha256(), options_.session_key.data(), static_cast<int>(options_.session_key.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data(), &size);
  return hex(digest.data(), size);
}

std::string Access::session_cookie(const Caller& caller, bool secure) const {
  const std::int64_t expires = unix_now_() + kSessionSeconds;
  std::string value = "none";
  for (const TokenEntry& entry : tokens()) {
    if (entry.name == caller.name)
      value = fmt::format("{}:{}:{}", entry.name, expires, signature(entry, expires));
  }
  return fmt::format("{}={}; Path=/; Max-Age={}; HttpOnly; SameSite=Strict{}", kCookie, value,
                     kSessionSeconds, secure ? "; Secure" : "");
}

std::string Access::ended_session_cookie(bool secure) const {
  return fmt::format("{}=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict{}", kCookie,
                     secure ? "; Secure" : "");
}

std::optional<Caller> Access::caller_of_cookie(const Request& request) const {
  std::string_view cookies = request.header("Cookie").value_or("");
  while (!cookies.empty()) {
    std::string_view item = cookies.substr(0, cookies.find(';'));
    cookies.remove_prefix(std::min(cookies.size(), item.size() + 1));
    while (item.starts_with(' ')) item.remove_prefix(1);
    if (!item.starts_with(kCookie) || item.size() <= kCookie.size() || item[kCookie.size()] != '=') continue;
    item.remove_prefix(kCookie.size() + 1);
    const std::size_t first = item.find(':'), second = item.find(':', first + 1);
    if (first == std::string_view::npos || second == std::string_view::npos) return std::nullopt;
    const std::string_view name = item.substr(0, first), time = item.substr(first + 1, second - first - 1);
    std::int64_t expires = 0;
    const auto [end, fault] = std::from_chars(time.data(), time.data() + time.size(), expires);
    if (fault != std::errc{} || end != time.data() + time.size() || expires < unix_now_())
      return std::nullopt;
    for (const TokenEntry& entry : tokens()) {
      if (entry.name != name) continue;
      if (equal_in_constant_time(signature(entry, expires), item.substr(second + 1)))
        return Caller{entry.name, entry.role};
    }
    return std::nullopt;
  }
  return std::nullopt;
}

std::optional<Caller> Access::identify(const Request& request) const {
  if (!needs_token()) return Caller{"local", Role::write};
  const auto header = request.header("Authorization");
  if (!header) return caller_of_cookie(request);
  constexpr std::string_view kScheme = "bearer ";
  if (ascii_lower(header->substr(0, kScheme.size())) != kScheme) return std::nullopt;
  return caller_of(header->substr(kScheme.size()));
}

void Access::require(const std::optional<Caller>& caller, Role least) const {
  if (least == Role::open) return;
  if (!caller)
    throw HttpProblem(401, "unauthorized",
                      "a valid token is needed: send it as Authorization: Bearer TOKEN, or sign in");
  if (least == Role::write && caller->role != Role::write) {
    throw HttpProblem(
        403, "forbidden",
        fmt::format("the token {} may read only; this call needs the role write", caller->name));
  }
}

}  // namespace crm
