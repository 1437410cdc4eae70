#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "server/access.h"
#include "server/route.h"

namespace crm {

inline constexpr std::size_t kMaxToldPathBytes = 300;

/// Hears of every request that was answered, for metrics and the access log. Threads: any.
struct AnsweredRequest {
  std::string method;
  std::string route;  ///< its template, "/api/v1/jobs/{id}"; "other" if there is none
  std::string path;   ///< as sent, at most kMaxToldPathBytes of it
  int status = 0;
  std::string caller;
  std::string peer;
  std::chrono::duration<double> took{};
};

struct RouterOptions {
  std::function<void(const AnsweredRequest&)> answered;  ///< may be empty
  /// What answers a GET that is none of the API's: the page. Nothing: not found. May be empty.
  std::function<std::optional<Response>(const Request&)> page;
};

/// Finds the route of a request, refuses what may not be, and turns errors into problems. Threads: any.
class Router final : public Application {
 public:
  /// `access` must outlive it. Two routes with the same method and path are a fault of the program.
  Router(std::vector<Route> routes, const Access& access, RouterOptions options);

  Handling begin(const Request& request) override;
  Response failed(const Request& request, std::exception_ptr fault) override;
  Response refused(TransportFault fault) override;

 private:
  struct Template {
    const Route* route;
    std::vector<std::string> components;  ///< "{id}" is a parameter
  };
  struct Found {
    const Route* route = nullptr;
    std::map<std::string, std::string, std::less<>> parameters;
    std::string allowed;  ///< methods of the path's other routes
  };

  Handling handle(const Request& request, std::string& route, std::string& caller);
  Found find(const Request& request) const;
  Handling take(Call call, const Route& route);
  void tell(const Request& request, const std::string& route, const std::string& caller, int status,
            std::chrono::steady_clock::time_point began) const;

  std::vector<Route> routes_;
  std::vector<Template> templates_;
  const Access& access_;
  RouterOptions options_;
};

}  // namespace crm
