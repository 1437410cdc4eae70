#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace crm {

/// Where a Redis server is and who asks.
struct RedisUrl {
  std::string host = "127.0.0.1";
  std::uint16_t port = 6379;
  std::string unix_path = {};  ///< not empty: this socket instead of host and port
  int database = 0;
  std::string user = {};      ///< ACL user; empty: the default one
  std::string password = {};  ///< empty: none is sent
  bool tls = false;
};

/// `redis://[[USER]:PASSWORD@]HOST[:PORT][/DB]`, `rediss://…` (TLS) or
/// `unix://[[USER]:PASSWORD@]/PATH[?db=N]`; `%41` in user, password and path stands for its byte.
///
/// Errors: invalid_config for anything else; Sentinel and Cluster URLs say what to do instead. No message
/// holds the password.
RedisUrl parse_redis_url(std::string_view text);

/// The URL as it may be shown: without user and password.
std::string printable(const RedisUrl& url);

}  // namespace crm
