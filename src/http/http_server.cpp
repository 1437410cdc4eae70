#include "http/http_server.h"

#include <fmt/format.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <condition_variable>
#include <thread>

#include "base/error.h"
#include "http/response_head.h"
#include "http/session.h"

namespace crm {
namespace {

namespace net = boost::asio;
using boost::system::error_code;
using net::ip::tcp;

/// One network thread and the connections that live on it.
struct Loop {
  net::io_context io{1};
  net::executor_work_guard<net::io_context::executor_type> guard{io.get_executor()};
  SessionSet set;
  std::thread thread;
};

std::unique_ptr<net::ssl::context> make_tls(const HttpOptions& options) {
  if (options.tls_cert_file.empty() && options.tls_key_file.empty()) return nullptr;
  if (options.tls_cert_file.empty() || options.tls_key_file.empty()) {
    throw Error(ErrorCode::invalid_config, "--tls-cert and --tls-key belong together; give both");
  }
  auto tls = std::make_unique<net::ssl::context>(net::ssl::context::tls_server);
  tls->set_options(net::ssl::context::default_workarounds | net::ssl::context::no_tlsv1 |
                   net::ssl::context::no_tlsv1_1);
  error_code error;
  tls->use_certificate_chain_file(options.tls_cert_file, error);
  if (error) {
    throw Error(ErrorCode::invalid_config,
                fmt::format("--tls-cert {}: no PEM certificate can be read there ({})", options.tls_cert_file,
                            error.message()));
  }
  tls->use_private_key_file(options.tls_key_file, net::ssl::context::pem, error);
  if (error) {
    throw Error(ErrorCode::invalid_config,
                fmt::format("--tls-key {}: no PEM key of this certificate can be read there ({})",
                            options.tls_key_file, error.message()));
  }
  return tls;
}

[[noreturn]] void throw_listen_error(const HttpOptions& options, const error_code& error) {
  const std::string place = fmt::format("{}:{}", options.address, options.port);
  if (error == net::error::address_in_use) {
    throw Error(ErrorCode::conflict,
                fmt::format("cannot listen on {}: another program does; stop it, or give another with --listen", place));
  }
  if (error == net::error::access_denied) {
    throw Error(ErrorCode::denied,
                fmt::format("cannot listen on {}: not permitted; give a --port above 1023", place));
  }
  throw Error(ErrorCode::invalid_config, fmt::format("cannot listen on {}: {}", place, error.message()));
}

class BeastServer final : public HttpServer {
 public:
  BeastServer(const HttpOptions& options, Application& application)
      : tls_(make_tls(options)),
        workers_(static_cast<std::size_t>(options.worker_threads)),
        context_{application, options.limits, workers_} {
    for (int i = 0; i < options.network_threads; ++i) loops_.push_back(std::make_unique<Loop>());
    listen(options);
    for (const auto& loop : loops_) loop->thread = std::thread([&io = loop->io] { io.run(); });
    net::co_spawn(loops_[0]->io, accept_all(), net::detached);
  }
  ~BeastServer() override { stop(std::chrono::milliseconds(0)); }

  std::uint16_t port() const override { return port_; }

  HttpCounts counts() const override {
    return {context_.open_sessions, accepted_, refused_, context_.open_websockets};
  }

  void stop(std::chrono::milliseconds grace) override {
    const std::lock_guard lock(stop_mutex_);
    if (stopped_) return;
    stopped_ = true;
    context_.draining = true;
    net::post(loops_[0]->io, [this] {
      error_code ignored;
      acceptor_->close(ignored);
    });
    on_every_session([](Session& session) { session.drain(); });
    wait_for_sessions(grace);
    // What still runs after that is cut; a worker's work always ends, so the sessions do too.
    while (context_.open_sessions > 0) {
      on_every_session([](Session& session) { session.cut(); });
      wait_for_sessions(std::chrono::milliseconds(200));
    }
    workers_.join();
    for (const auto& loop : loops_) loop->guard.reset();
    for (const auto& loop : loops_) {
      loop->io.stop();
      loop->thread.join();
    }
  }

 private:
  void listen(const HttpOptions& options) {
    error_code error;
    const auto address = net::ip::make_address(options.address, error);
    if (error) {
      throw Error(ErrorCode::invalid_config,
                  fmt::format("cannot listen on {}: it is no IP address; give one such as "
                              "127.0.0.1, or 0.0.0.0 for every interface",
                              options.address));
    }
    acceptor_ = std::make_unique<tcp::acceptor>(loops_[0]->io);
    const tcp::endpoint endpoint(address, options.port);
    acceptor_->open(endpoint.protocol(), error);
    if (!error) acceptor_->set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor_->bind(endpoint, error);
    if (!error) acceptor_->listen(net::socket_base::max_listen_connections, error);
    if (error) throw_listen_error(options, error);
    port_ = acceptor_->local_endpoint().port();
  }

  net::awaitable<void> accept_all() {
    net::steady_timer pause(loops_[0]->io);
    std::size_t turn = 0;
    while (acceptor_->is_open()) {
      Loop& loop = *loops_[turn++ % loops_.size()];
      error_code error;
      tcp::socket socket =
          co_await acceptor_->async_accept(loop.io, net::redirect_error(net::use_awaitable, error));
      if (error && acceptor_->is_open()) {
        // Out of descriptors: the next one is tried when some may be free again.
        constexpr std::chrono::milliseconds kPause{50};
        pause.expires_after(kPause);
        co_await pause.async_wait(net::redirect_error(net::use_awaitable, error));
        continue;
      }
      if (error) break;
      ++accepted_;
      if (context_.open_sessions + starting_ >= context_.limits.connections) {
        refuse(std::move(socket));
        continue;
      }
      ++starting_;
      auto shared = std::make_shared<tcp::socket>(std::move(socket));
      net::post(loop.io, [this, &loop, shared] { begin(loop, std::move(*shared)); });
    }
  }

  void begin(Loop& loop, tcp::socket socket) {
    --starting_;
    error_code ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    try {
      if (tls_)
        start_tls_session(std::move(socket), *tls_, context_, loop.set);
      else
        start_plain_session(std::move(socket), context_, loop.set);
    } catch (const std::exception&) {
      // The other side is gone already, or there is no memory for it.
    }
  }

  /// Says 503 if that costs nothing, and hangs up.
  void refuse(tcp::socket socket) {
    ++refused_;
    if (tls_) return;
    Response response = context_.application.refused(TransportFault::overloaded);
    const std::string text = response_head(response, {response.body.size(), false, false}) + response.body;
    error_code ignored;
    socket.non_blocking(true, ignored);
    socket.send(net::buffer(text), 0, ignored);
    socket.shutdown(tcp::socket::shutdown_send, ignored);
  }

  void on_every_session(void (*action)(Session&)) {
    for (const auto& loop : loops_) {
      net::post(loop->io, [&set = loop->set, action] {
        // A session may end, and leave the set, within the action.
        const std::set<Session*> all = set.sessions;
        for (Session* session : all) {
          if (set.sessions.contains(session)) action(*session);
        }
      });
    }
  }

  void wait_for_sessions(std::chrono::milliseconds most) {
    // No condition: sessions end on their loops' threads, which take no lock for it.
    constexpr std::chrono::milliseconds kLook{5};
    const auto end = std::chrono::steady_clock::now() + most;
    while ((context_.open_sessions > 0 || starting_ > 0) && std::chrono::steady_clock::now() < end) {
      std::this_thread::sleep_for(kLook);
    }
  }

  std::unique_ptr<net::ssl::context> tls_;
  net::thread_pool workers_;
  SessionContext context_;
  std::vector<std::unique_ptr<Loop>> loops_;
  std::unique_ptr<tcp::acceptor> acceptor_;
  std::uint16_t port_ = 0;
  std::atomic<std::uint64_t> accepted_{0}, refused_{0}, starting_{0};
  std::mutex stop_mutex_;
  bool stopped_ = false;
};

}  // namespace

std::unique_ptr<HttpServer> start_http_server(const HttpOptions& options, Application& application) {
  return std::make_unique<BeastServer>(options, application);
}

}  // namespace crm
