#include <boost/beast/ssl.hpp>
#include <boost/beast/websocket/ssl.hpp>

#include "http/http_session.h"

namespace crm {

void start_tls_session(net::ip::tcp::socket socket, net::ssl::context& tls, SessionContext& context,
                       SessionSet& set) {
  using Stream = beast::ssl_stream<beast::tcp_stream>;
  std::string peer = peer_name(socket);
  const auto handshake = [](Stream& stream) -> net::awaitable<bool> {
    error_code error;
    co_await stream.async_handshake(net::ssl::stream_base::server, token(error));
    co_return !error;
  };
  const auto shut = [](Stream& stream) -> net::awaitable<bool> {
    error_code error;
    co_await stream.async_shutdown(token(error));
    co_return !error;
  };
  std::make_shared<HttpSession<Stream>>(Stream(beast::tcp_stream(std::move(socket)), tls), std::move(peer),
                                        true, context, set)
      ->start(handshake, shut);
}

}  // namespace crm
