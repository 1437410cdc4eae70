#pragma once

// The life of one connection, for any stream. Heavy to compile: only the two *_session.cpp include it.
#include <fmt/format.h>

#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>
#include <cstring>
#include <functional>
#include <limits>

#include "http/response_head.h"
#include "http/session.h"

namespace crm {

namespace net = boost::asio;
namespace beast = boost::beast;
using beast::error_code;

inline auto token(error_code& error) { return net::redirect_error(net::use_awaitable, error); }

/// `Stream` is a beast::tcp_stream or a beast::ssl_stream over one. `Traits<Stream>` says how it begins and
/// ends.
template <class Stream>
class HttpSession final : public Session, public std::enable_shared_from_this<HttpSession<Stream>> {
 public:
  HttpSession(Stream stream, std::string peer, bool secure, SessionContext& context, SessionSet& set)
      : stream_(std::move(stream)), peer_(std::move(peer)), secure_(secure), context_(context), set_(set) {
    set_.sessions.insert(this);
    ++context_.open_sessions;
  }
  ~HttpSession() override {
    set_.sessions.erase(this);
    --context_.open_sessions;
  }

  /// Serves the connection to its end; `opening` and `closing` are the stream's own (TLS).
  using Step = std::function<net::awaitable<bool>(Stream&)>;
  void start(Step opening, Step closing) {
    net::co_spawn(
        executor(),
        [self = this->shared_from_this(), opening, closing]() { return self->run(opening, closing); },
        net::detached);
  }

  void drain() override {
    draining_ = true;
    if (idle_) lowest().cancel();
    wake();
  }
  void cut() override {
    draining_ = true;
    cut_ = true;
    if (websocket_)
      beast::get_lowest_layer(*websocket_).close();
    else
      lowest().close();
    wake();
  }

 private:
  using Parser = beast::http::request_parser<beast::http::buffer_body>;
  enum class Next { request, close, linger };

  beast::tcp_stream& lowest() { return beast::get_lowest_layer(stream_); }
  net::any_io_executor executor() { return stream_.get_executor(); }

  /// Runs `work` on a worker thread and comes back. Errors: what it throws.
  net::awaitable<void> on_worker(const std::function<void()>& work) {
    co_await net::async_initiate<const net::use_awaitable_t<>, void(std::exception_ptr)>(
        [this, &work](auto handler) {
          net::post(context_.workers, [handler = std::move(handler), &work]() mutable {
            std::exception_ptr fault;
            try {
              work();
            } catch (...) {
              fault = std::current_exception();
            }
            auto executor = net::get_associated_executor(handler);
            net::post(executor, [handler = std::move(handler), fault]() mutable { handler(fault); });
          });
        },
        net::use_awaitable);
  }

  net::awaitable<void> run(Step opening, Step closing) {
    try {
      lowest().expires_after(context_.limits.header_time);
      if (!co_await opening(stream_)) co_return;
      Next next = Next::request;
      bool first = true;
      while (next == Next::request && !cut_) {
        next = co_await serve_one(first);
        first = false;
      }
      if (cut_ || websocket_) co_return;
      if (next == Next::linger) co_await linger();
      lowest().expires_after(context_.limits.header_time);
      co_await closing(stream_);
    } catch (const std::exception&) {
      // The connection broke in a way that has nobody left to be told.
    }
  }

  /// Waits for the first bytes of a request. False: none came.
  net::awaitable<bool> wait_for_request(bool first) {
    if (buffer_.size() > 0) co_return true;
    buffer_.shrink_to_fit();
    if (draining_ || context_.draining) co_return false;
    if (!first) lowest().expires_after(context_.limits.idle_time);
    idle_ = true;
    constexpr std::size_t kFirstBytes = 2048;
    error_code error;
    const auto room = buffer_.prepare(kFirstBytes);
    const std::size_t got = co_await stream_.async_read_some(room, token(error));
    idle_ = false;
    buffer_.commit(got);
    if (!first) lowest().expires_after(context_.limits.header_time);
    co_return !error && got > 0;
  }

  net::awaitable<Next> serve_one(bool first) {
    if (!co_await wait_for_request(first)) co_return Next::close;
    Parser parser;
    parser.header_limit(static_cast<std::uint32_t>(context_.limits.header_bytes));
    // Ours is counted in take_body. Not boost::none: Beast of 1.74 compares a length with it and refuses any.
    parser.body_limit(std::numeric_limits<std::uint64_t>::max());
    error_code error;
    co_await beast::http::async_read_header(stream_, buffer_, parser, token(error));
    if (error) co_return co_await refuse_head(error);
    if (static_cast<std::size_t>(std::distance(parser.get().begin(), parser.get().end())) >
        context_.limits.headers) {
      co_return co_await refuse(TransportFault::header_too_large);
    }
    const Request request = request_of(parser);
    Handling handling;
    const std::function<void()> begin = [&] { handling = context_.application.begin(request); };
    co_await on_worker(begin);
    const bool head_only = request.method == "HEAD";
    if (handling.response.websocket && !handling.sink) {
      co_await serve_websocket(parser, std::move(handling.response.websocket));
      co_return Next::close;
    }
    if (handling.sink) {
      handling.response = Response{};
      const Next taken = co_await take_body(parser, request, handling);
      if (taken == Next::close) co_return Next::close;
    }
    const bool unread = !parser.is_done();
    const bool keep = parser.keep_alive() && !unread && !draining_ && !context_.draining;
    if (!co_await send(handling.response, {keep, head_only, parser.get().version() >= 11}))
      co_return Next::close;
    co_return unread ? Next::linger : keep ? Next::request : Next::close;
  }

  Request request_of(const Parser& parser) const {
    const auto& head = parser.get();
    Request request;
    request.method = std::string(head.method_string());
    const std::string target(head.target());
    const std::size_t mark = target.find('?');
    request.path = target.substr(0, mark);
    if (mark != std::string::npos) request.query = target.substr(mark + 1);
    for (const auto& field : head) request.headers.emplace_back(field.name_string(), field.value());
    request.peer = peer_;
    request.secure = secure_;
    if (const auto length = parser.content_length()) request.content_length = *length;
    request.has_body = parser.chunked() || request.content_length.value_or(0) > 0;
    request.wants_websocket = beast::websocket::is_upgrade(head);
    return request;
  }

  /// Hands the body to the sink, piece by piece. `close`: the other side is gone, nobody to answer.
  net::awaitable<Next> take_body(Parser& parser, const Request& request, Handling& handling) {
    error_code error;
    if (const auto expect = request.header("Expect"); expect && !parser.is_done()) {
      static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
      co_await net::async_write(stream_, net::buffer(kContinue), token(error));
      if (error) co_return Next::close;
    }
    // Beast reads as much at once as the buffer has room for.
    constexpr std::size_t kReadBytes = 64u << 10;
    buffer_.reserve(kReadBytes);
    const auto piece = std::make_unique<char[]>(kTransferBytes);
    std::uint64_t taken = 0;
    std::size_t filled = 0;
    bool too_large = request.content_length.value_or(0) > handling.max_body_bytes;
    std::exception_ptr fault;
    const std::function<void()> write = [&] { handling.sink->write({piece.get(), filled}); };
    const std::function<void()> finish = [&] { handling.response = handling.sink->finish(); };
    const std::function<void()> let_go = [&] { handling.sink.reset(); };
    while (!parser.is_done() && !too_large && !error && !fault) {
      auto& body = parser.get().body();
      body.data = piece.get();
      body.size = kTransferBytes;
      lowest().expires_after(context_.limits.transfer_time);
      co_await beast::http::async_read(stream_, buffer_, parser, token(error));
      if (error == beast::http::error::need_buffer) error = {};
      filled = kTransferBytes - parser.get().body().size;
      taken += filled;
      too_large = taken > handling.max_body_bytes;
      if (error || too_large || filled == 0) continue;
      try {
        co_await on_worker(write);
      } catch (...) {
        fault = std::current_exception();
      }
    }
    if (!error && !too_large && !fault) {
      try {
        co_await on_worker(finish);
      } catch (...) {
        fault = std::current_exception();
      }
    }
    co_await on_worker(let_go);
    lowest().expires_after(context_.limits.transfer_time);
    if (error == beast::error::timeout) co_return Next::close;
    if (error && is_malformed(error))
      handling.response = context_.application.refused(TransportFault::bad_request);
    else if (error)
      co_return Next::close;
    if (too_large) handling.response = context_.application.refused(TransportFault::body_too_large);
    if (fault) handling.response = context_.application.failed(request, fault);
    co_return Next::request;
  }

  struct Sending {
    bool keep_alive = true;
    bool head_only = false;
    bool may_chunk = true;
  };

  /// False: the other side is gone, or the body ended early.
  net::awaitable<bool> send(Response& response, Sending sending) {
    Framing framing;
    framing.length = response.stream ? response.stream->size() : response.body.size();
    framing.chunked = !framing.length && sending.may_chunk;
    framing.keep_alive = sending.keep_alive && (framing.length || framing.chunked);
    std::string head = response_head(response, framing);
    error_code error;
    lowest().expires_after(context_.limits.transfer_time);
    if (sending.head_only || !response.stream) {
      if (!sending.head_only) head += response.body;
      co_await net::async_write(stream_, net::buffer(head), token(error));
    } else {
      co_await net::async_write(stream_, net::buffer(head), token(error));
      if (!error && !co_await send_stream(*response.stream, framing)) error = net::error::broken_pipe;
    }
    if (response.stream) {
      const std::function<void()> let_go = [&] { response.stream.reset(); };
      co_await on_worker(let_go);
    }
    co_return !error && framing.keep_alive == sending.keep_alive;
  }

  net::awaitable<bool> send_stream(BodySource& source, Framing framing) {
    // Room before for a chunk's size, and after it for its line end.
    constexpr std::size_t kSizeLine = 10, kLineEnd = 2;
    const auto piece = std::make_unique<char[]>(kSizeLine + kTransferBytes + kLineEnd);
    std::uint64_t left = framing.length.value_or(UINT64_MAX);
    std::size_t got = 0;
    const std::function<void()> read = [&] {
      const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(left, kTransferBytes));
      got = source.read(piece.get() + kSizeLine, wanted);
    };
    while (left > 0) {
      co_await on_worker(read);
      if (got == 0) break;
      char* begin = piece.get() + kSizeLine;
      std::size_t size = got;
      if (framing.chunked) {
        const std::string line = fmt::format("{:x}\r\n", got);
        begin -= line.size();
        std::memcpy(begin, line.data(), line.size());
        std::memcpy(begin + line.size() + got, "\r\n", kLineEnd);
        size = line.size() + got + kLineEnd;
      }
      error_code error;
      lowest().expires_after(context_.limits.transfer_time);
      co_await net::async_write(stream_, net::buffer(begin, size), token(error));
      if (error) co_return false;
      if (framing.length) left -= got;
    }
    if (framing.length) co_return left == 0;
    if (!framing.chunked) co_return true;
    static constexpr std::string_view kLastChunk = "0\r\n\r\n";
    error_code error;
    co_await net::async_write(stream_, net::buffer(kLastChunk), token(error));
    co_return !error;
  }

  static bool is_malformed(const error_code& error) {
    return error.category() == beast::http::make_error_code(beast::http::error::bad_method).category() &&
           error != beast::http::error::end_of_stream && error != beast::http::error::partial_message;
  }

  net::awaitable<Next> refuse_head(error_code error) {
    if (error == beast::error::timeout) {
      // Beast has closed the socket: a client this slow gets no word.
      co_return Next::close;
    }
    if (error == beast::http::error::header_limit || error == beast::http::error::buffer_overflow) {
      co_return co_await refuse(TransportFault::header_too_large);
    }
    if (is_malformed(error)) co_return co_await refuse(TransportFault::bad_request);
    co_return Next::close;
  }

  net::awaitable<Next> refuse(TransportFault fault) {
    Response response = context_.application.refused(fault);
    const bool sent = co_await send(response, {false, false, true});
    co_return sent ? Next::linger : Next::close;
  }

  /// Reads on for a moment, so that the answer is not lost to a reset of a connection with unread bytes.
  net::awaitable<void> linger() {
    constexpr std::chrono::seconds kLingerTime{5};
    constexpr std::uint64_t kLingerBytes = 64u << 20;
    error_code error;
    lowest().socket().shutdown(net::ip::tcp::socket::shutdown_send, error);
    lowest().expires_after(kLingerTime);
    const auto piece = std::make_unique<char[]>(kTransferBytes);
    for (std::uint64_t read = 0; !error && read < kLingerBytes;) {
      read += co_await lowest().async_read_some(net::buffer(piece.get(), kTransferBytes), token(error));
    }
  }

  // --- WebSocket

  using Socket = beast::websocket::stream<Stream>;

  net::awaitable<void> serve_websocket(Parser& parser, std::shared_ptr<MessageSource> source) {
    namespace websocket = beast::websocket;
    lowest().expires_never();
    const auto executor = this->executor();
    websocket_ = std::make_unique<Socket>(std::move(stream_));
    websocket::stream_base::timeout times;
    times.handshake_timeout = context_.limits.header_time;
    times.idle_timeout = context_.limits.idle_time;
    times.keep_alive_pings = true;
    websocket_->set_option(times);
    websocket_->read_message_max(context_.limits.websocket_message_bytes);
    error_code error;
    const beast::http::request<beast::http::empty_body> head(parser.get().base());
    co_await websocket_->async_accept(head, token(error));
    if (error) co_return;
    ++context_.open_websockets;
    woken_.emplace(executor, net::steady_timer::time_point::max());
    source->set_wake([weak = this->weak_from_this(), executor] {
      net::post(executor, [weak] {
        if (const auto self = weak.lock()) self->wake();
      });
    });
    net::co_spawn(
        executor, [self = this->shared_from_this()] { return self->read_messages(); }, net::detached);
    while (!reader_ended_ && !draining_ && !cut_) {
      if (const auto message = pending_ ? source->next() : std::nullopt) {
        websocket_->text(true);
        co_await websocket_->async_write(net::buffer(*message), token(error));
        if (error) break;
        continue;
      }
      pending_ = false;
      co_await woken_->async_wait(token(error));
    }
    if (!reader_ended_ && !cut_) {
      co_await websocket_->async_close(beast::websocket::close_code::going_away, token(error));
    }
    beast::get_lowest_layer(*websocket_).close();
    while (!reader_ended_) co_await woken_->async_wait(token(error));
    --context_.open_websockets;
  }

  void wake() {
    pending_ = true;
    if (woken_) woken_->cancel();
  }

  /// What a client sends has no meaning; reading answers pings and notices the end.
  net::awaitable<void> read_messages() {
    beast::flat_buffer message;
    error_code error;
    while (!error) {
      co_await websocket_->async_read(message, token(error));
      message.consume(message.size());
    }
    reader_ended_ = true;
    wake();
  }

  Stream stream_;
  std::string peer_;
  bool secure_;
  SessionContext& context_;
  SessionSet& set_;
  beast::flat_buffer buffer_{kTransferBytes};
  std::unique_ptr<Socket> websocket_;
  std::optional<net::steady_timer> woken_;  // cancelled when the WebSocket's writer shall look again
  bool pending_ = true;                     // the source may have a message
  bool reader_ended_ = false;               // of the WebSocket
  bool idle_ = false, draining_ = false, cut_ = false;
};

/// "127.0.0.1:1234", or "" if the other side is gone already.
inline std::string peer_name(const net::ip::tcp::socket& socket) {
  error_code error;
  const auto peer = socket.remote_endpoint(error);
  return error ? "" : fmt::format("{}:{}", peer.address().to_string(), peer.port());
}

}  // namespace crm
