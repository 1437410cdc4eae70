#include "redis/redis_url.h"

#include <charconv>
#include <optional>

#include "base/error.h"

namespace crm {
namespace {

constexpr int kMaxDatabase = 1'000'000;

[[noreturn]] void refuse(const std::string& message) {
  throw Error(ErrorCode::invalid_config,
              "the queue's URL " + message + "; write redis://[[USER]:PASSWORD@]HOST[:PORT][/DB]");
}

std::optional<int> number_in(std::string_view text, int low, int high) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < low || number > high)
    return std::nullopt;
  return number;
}

std::string unescape(std::string_view text) {
  std::string plain;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '%') {
      plain += text[at];
      continue;
    }
    unsigned value = 0;
    const char* const digits = text.data() + at + 1;
    if (at + 2 >= text.size() || std::from_chars(digits, digits + 2, value, 16).ptr != digits + 2) {
      refuse("has a % without two hexadecimal digits behind it (a % itself is written %25)");
    }
    plain += static_cast<char>(value);
    at += 2;
  }
  return plain;
}

int database_from(std::string_view text) {
  const auto number = number_in(text, 0, kMaxDatabase);
  if (!number) refuse("names a database that is no number");
  return *number;
}

/// Takes `USER:PASSWORD@` off the front.
void take_credentials(std::string_view& rest, RedisUrl& url) {
  const std::size_t at = rest.find('@');
  if (at == std::string_view::npos) return;
  const std::string_view credentials = rest.substr(0, at);
  rest.remove_prefix(at + 1);
  const std::size_t colon = credentials.find(':');
  if (colon == std::string_view::npos)
    refuse("has a user but no password (before the @, write USER:PASSWORD or :PASSWORD)");
  url.user = unescape(credentials.substr(0, colon));
  url.password = unescape(credentials.substr(colon + 1));
}

void take_address(std::string_view address, RedisUrl& url) {
  if (address.find(',') != std::string_view::npos) refuse("names several hosts; a queue is on one server");
  std::string_view port;
  if (address.starts_with('[')) {
    const std::size_t end = address.find(']');
    if (end == std::string_view::npos) refuse("has a [ without its ]");
    url.host = address.substr(1, end - 1);
    port = address.substr(end + 1);
  } else {
    const std::size_t colon = address.find(':');
    url.host = address.substr(0, colon);
    if (colon != std::string_view::npos) port = address.substr(colon);
  }
  if (url.host.empty()) refuse("names no host");
  if (port.empty()) return;
  const auto number = port.front() == ':' ? number_in(port.substr(1), 1, 65535) : std::nullopt;
  if (!number) refuse("has a port that is no number from 1 to 65535");
  url.port = static_cast<std::uint16_t>(*number);
}

RedisUrl unix_url(std::string_view rest) {
  RedisUrl url;
  const std::size_t query = rest.find('?');
  if (query != std::string_view::npos) {
    const std::string_view option = rest.substr(query + 1);
    if (!option.starts_with("db=")) refuse("has an option other than ?db=N");
    url.database = database_from(option.substr(3));
    rest = rest.substr(0, query);
  }
  if (!rest.starts_with('/')) take_credentials(rest, url);
  if (!rest.starts_with('/') || rest.size() == 1) refuse("names no socket (write unix:///PATH)");
  url.unix_path = unescape(rest);
  return url;
}

void refuse_scheme(std::string_view scheme) {
  if (scheme.find("sentinel") != std::string_view::npos) {
    refuse(
        "names Sentinel, which is not supported: give the address of the primary, or of a proxy in front of "
        "it");
  }
  if (scheme.find("cluster") != std::string_view::npos) {
    refuse("names a Redis Cluster, which is not supported: give a server that runs without cluster mode");
  }
  refuse("has a scheme other than redis, rediss and unix");
}

}  // namespace

RedisUrl parse_redis_url(std::string_view text) {
  const std::size_t colon = text.find("://");
  if (colon == std::string_view::npos) refuse("has no scheme");
  const std::string_view scheme = text.substr(0, colon);
  std::string_view rest = text.substr(colon + 3);
  if (scheme == "unix") return unix_url(rest);
  if (scheme != "redis" && scheme != "rediss") refuse_scheme(scheme);
  RedisUrl url;
  url.tls = scheme == "rediss";
  if (rest.find('?') != std::string_view::npos) refuse("has options behind a ?, of which there are none");
  take_credentials(rest, url);
  const std::size_t slash = rest.find('/');
  take_address(rest.substr(0, slash), url);
  if (slash != std::string_view::npos && slash + 1 < rest.size())
    url.database = database_from(rest.substr(slash + 1));
  return url;
}

std::string printable(const RedisUrl& url) {
  if (!url.unix_path.empty()) return "unix://" + url.unix_path + "?db=" + std::to_string(url.database);
  const bool is_v6 = url.host.find(':') != std::string::npos;
  return std::string(url.tls ? "rediss://" : "redis://") + (is_v6 ? "[" + url.host + "]" : url.host) + ":" +
         std::to_string(url.port) + "/" + std::to_string(url.database);
}

}  // namespace crm
