#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/message.h"
#include "server/call.h"

// Who may call: tokens and their roles, the page's cookie, hosts and origins.
namespace crm {

/// One line of the token file: `name role hash`.
struct TokenEntry {
  std::string name;
  Role role = Role::read;
  std::string hash;  ///< "sha256:" and 64 hex digits, of the token's text
};

/// Reads the text of a token file: a token a line, `#` begins a comment. `file` is for messages.
/// Errors: invalid_config with the line's number; never its text.
std::vector<TokenEntry> parse_tokens(std::string_view text, const std::string& file);

/// "sha256:…" of a token, for the token file.
std::string token_hash(std::string_view token);

/// A fresh token: 256 random bits as text.
std::string make_token();

struct AccessOptions {
  std::string token_file;  ///< empty: no token is asked for (loopback only)
  std::vector<std::string>
      hosts;  ///< names under which the service is reached, besides localhost and IP addresses
  std::vector<std::string> origins;  ///< of pages elsewhere that may call, such as https://tools.example.com
  std::string session_key;    ///< signs cookies; all processes of a deployment need the same one. Not empty
  bool open_metrics = false;  ///< /metrics needs no token (it has an address of its own)
};

/// Decides about requests. Threads: any.
class Access {
 public:
  /// `unix_now`: seconds. Errors: as parse_tokens; not_found when the file is not there.
  Access(AccessOptions options, std::function<std::int64_t()> unix_now);

  bool needs_token() const { return !options_.token_file.empty(); }

  /// Throws HttpProblem 400 without a Host, 421 for one that is not ours (DNS rebinding).
  void check_host(const Request& request) const;
  /// Throws HttpProblem 403 for a request that another site's page sent.
  void check_origin(const Request& request) const;
  /// The caller by bearer token or cookie; nothing: none, or a wrong one.
  std::optional<Caller> identify(const Request& request) const;
  /// Throws HttpProblem 401 if `least` needs a caller and there is none, 403 if its role is not enough.
  void require(const std::optional<Caller>& caller, Role least) const;

  /// The caller who has `token`, or nothing.
  std::optional<Caller> caller_of(std::string_view token) const;
  /// The value of a `Set-Cookie` header that lets the page act as `caller`.
  std::string session_cookie(const Caller& caller, bool secure) const;
  std::string ended_session_cookie(bool secure) const;

  static constexpr std::int64_t kSessionSeconds = 12 * 3600;

 private:
  std::vector<TokenEntry> tokens() const;
  std::optional<Caller> caller_of_cookie(const Request& request) const;
  std::string signature(const TokenEntry& entry, std::int64_t expires) const;

  AccessOptions options_;
  std::function<std::int64_t()> unix_now_;
  mutable std::mutex mutex_;                       // the file's text is read again when it changed
  mutable std::vector<TokenEntry> tokens_;         // guarded by mutex_
  mutable std::int64_t tokens_changed_at_ns_ = 0;  // guarded by mutex_
};

}  // namespace crm
