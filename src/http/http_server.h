#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "http/message.h"

namespace crm {

/// What a client may cost. `connections` is `serve --max-connections`.
struct HttpLimits {
  std::size_t header_bytes = 16u << 10;  ///< request line and headers together
  std::size_t headers = 100;
  std::size_t connections = 2048;                 ///< open at once; more are told 503 and closed
  std::chrono::milliseconds header_time{10'000};  ///< for the whole head, TLS handshake apart
  std::chrono::milliseconds idle_time{60'000};    ///< between two requests; for WebSockets: without a pong
  std::chrono::milliseconds transfer_time{
      60'000};                                 ///< for each kTransferBytes of a body, in either direction
  std::size_t websocket_message_bytes = 1024;  ///< that a client may send
};

/// A body is read and written in pieces of this size; one buffer of it is a transfer's memory.
inline constexpr std::size_t kTransferBytes = 256u << 10;

struct HttpOptions {
  std::string address = "127.0.0.1";  ///< an IP address; "::" and "0.0.0.0" are all interfaces
  std::uint16_t port = 8080;          ///< 0: any free one
  std::string tls_cert_file;          ///< PEM chain; empty: no TLS
  std::string tls_key_file;
  int network_threads = 2;  ///< they never block
  int worker_threads = 16;  ///< that routes run on; each request uses one only while it works
  HttpLimits limits;
};

struct HttpCounts {
  std::uint64_t open_connections = 0;
  std::uint64_t accepted_connections = 0;
  std::uint64_t refused_connections = 0;  ///< over the limit
  std::uint64_t open_websockets = 0;
};

/// An HTTP/1.1 and WebSocket server, over TLS if a certificate is given. Threads: `stop` and `counts` from
/// any.
class HttpServer {
 public:
  virtual ~HttpServer() = default;
  /// Where it listens; the port that the system chose for port 0.
  virtual std::uint16_t port() const = 0;
  virtual HttpCounts counts() const = 0;
  /// Accepts no more, closes idle connections and WebSockets, lets requests end for `grace`, cuts the rest.
  /// When it returns nothing of the application is running any more. The destructor does it with no grace.
  virtual void stop(std::chrono::milliseconds grace) = 0;
};

/// Listens at once. `application` must outlive the server.
///
/// Errors: invalid_config for an address that is none or a certificate that cannot be used; conflict when the
/// port is taken; denied when the port may not be used.
std::unique_ptr<HttpServer> start_http_server(const HttpOptions& options, Application& application);

}  // namespace crm
