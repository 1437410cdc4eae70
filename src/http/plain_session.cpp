#include "http/http_session.h"

namespace crm {

void start_plain_session(net::ip::tcp::socket socket, SessionContext& context, SessionSet& set) {
  using Plain = HttpSession<beast::tcp_stream>;
  std::string peer = peer_name(socket);
  const auto nothing = [](beast::tcp_stream&) -> net::awaitable<bool> { co_return true; };
  const auto shut = [](beast::tcp_stream& stream) -> net::awaitable<bool> {
    error_code ignored;
    stream.socket().shutdown(net::ip::tcp::socket::shutdown_both, ignored);
    co_return true;
  };
  std::make_shared<Plain>(beast::tcp_stream(std::move(socket)), std::move(peer), false, context, set)
      ->start(nothing, shut);
}

}  // namespace crm
