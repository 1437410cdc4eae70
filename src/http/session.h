#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <memory>
#include <mutex>
#include <set>

#include "http/http_server.h"

// Within the transport alone: what http_server.cpp and the sessions share.
namespace crm {

/// One connection. Threads: lives on its loop's one thread.
class Session {
 public:
  virtual ~Session() = default;
  /// No request after the one that runs; an idle connection and a WebSocket close now.
  virtual void drain() = 0;
  /// Cuts the connection.
  virtual void cut() = 0;
};

/// What all sessions use. Lives longer than any of them.
struct SessionContext {
  Application& application;
  const HttpLimits limits;
  boost::asio::thread_pool& workers;
  std::atomic<bool> draining{false};
  std::atomic<std::uint64_t> open_sessions{0}, open_websockets{0};
};

/// The sessions of one network thread. Threads: that thread alone.
struct SessionSet {
  std::set<Session*> sessions;
};

/// Serve one connection until it ends. Called on the loop's thread.
void start_plain_session(boost::asio::ip::tcp::socket socket, SessionContext& context, SessionSet& set);
void start_tls_session(boost::asio::ip::tcp::socket socket, boost::asio::ssl::context& tls,
                       SessionContext& context, SessionSet& set);

}  // namespace crm
