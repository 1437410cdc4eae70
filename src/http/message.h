#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// HTTP as the routes see it: no socket, no library. Bodies are streams in both directions.
namespace crm {

using Headers = std::vector<std::pair<std::string, std::string>>;

/// The value of the first header of this name (ASCII case ignored), or nothing.
std::optional<std::string_view> find_header(const Headers& headers, std::string_view name);

/// The head of a request.
struct Request {
  std::string method;   ///< "GET"
  std::string path;     ///< as sent, before the "?", not decoded
  std::string query;    ///< as sent, after the "?"
  Headers headers;      ///< as sent, in order
  std::string peer;     ///< address and port of the other side, for logs
  bool secure = false;  ///< came over TLS
  bool has_body = false;
  std::optional<std::uint64_t> content_length;  ///< nothing: no body, or a chunked one
  bool wants_websocket = false;

  std::optional<std::string_view> header(std::string_view name) const { return find_header(headers, name); }
};

/// A body on its way out. Threads: one at a time, any. An error thrown cuts the connection.
class BodySource {
 public:
  virtual ~BodySource() = default;
  /// Bytes in all; nothing: not known (sent in chunks).
  virtual std::optional<std::uint64_t> size() const = 0;
  /// At most `size` bytes; 0 is the end. May block.
  virtual std::size_t read(char* into, std::size_t size) = 0;
};

/// Messages for one WebSocket reader, pulled one by one, so that what a slow one has not read stays bounded.
class MessageSource {
 public:
  virtual ~MessageSource() = default;
  /// The next message, or nothing for now. Must not block.
  virtual std::optional<std::string> next() = 0;
  /// `wake` is to be called, from any thread, whenever `next` may have something again. Called once, before
  /// `next`.
  virtual void set_wake(std::function<void()> wake) = 0;
};

struct Response {
  int status = 200;
  Headers
      headers;  ///< without Content-Length, Transfer-Encoding, Connection and Date, which the transport sets
  std::string body;
  std::unique_ptr<BodySource> stream;        ///< instead of `body`
  std::shared_ptr<MessageSource> websocket;  ///< instead of both, where the request `wants_websocket`

  void set(std::string name, std::string value) { headers.emplace_back(std::move(name), std::move(value)); }
};

/// Takes a request's body and then answers. Destroyed before `finish`, the other side is gone or was refused:
/// what was held is let go.
class BodySink {
 public:
  virtual ~BodySink() = default;
  /// The next bytes. May block; a slow sink slows the sender. Errors: Error, which `Application::failed`
  /// answers.
  virtual void write(std::string_view bytes) = 0;
  /// The body is whole.
  virtual Response finish() = 0;
};

/// What to do with a request whose head has arrived: an answer at once, or a sink for its body.
struct Handling {
  Response response;
  std::unique_ptr<BodySink> sink;    ///< if set, `response` is not used
  std::uint64_t max_body_bytes = 0;  ///< of `sink`; more is refused with 413
};

/// Faults that the transport itself finds; the application says how they are told.
enum class TransportFault { bad_request, header_too_large, body_too_large, timeout, overloaded, internal };

/// What answers. Threads: called on worker threads, several at once; may block.
class Application {
 public:
  virtual ~Application() = default;
  /// A request's head has arrived. Should not throw.
  virtual Handling begin(const Request& request) = 0;
  /// The answer to what a sink threw (call it within the handler).
  virtual Response failed(const Request& request, std::exception_ptr fault) = 0;
  /// The answer to a fault of the transport. Threads: network threads too; must not block.
  virtual Response refused(TransportFault fault) = 0;
};

}  // namespace crm
