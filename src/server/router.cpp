#include "server/router.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <regex>

#include "http/url.h"
#include "server/problem.h"

namespace crm {
namespace {

constexpr std::size_t kDefaultMostText = 2048;

bool is_write(const std::string& method) { return method != "GET" && method != "HEAD"; }

bool serves(const Route& route, const std::string& method) {
  return route.method == method || (method == "HEAD" && route.method == "GET");
}

[[noreturn]] void refuse(const Parameter& parameter, const std::string& what) {
  throw HttpProblem(400, "bad_parameter", fmt::format("{}: {}", parameter.name, what));
}

void check_words(const Parameter& parameter, std::string_view value) {
  do {
    const std::string_view word = parameter.several ? value.substr(0, value.find(',')) : value;
    value.remove_prefix(std::min(value.size(), word.size() + 1));
    if (std::find(parameter.words.begin(), parameter.words.end(), word) == parameter.words.end()) {
      refuse(parameter, fmt::format("not known; choose {}: {}", parameter.several ? "some of" : "one of",
                                    fmt::join(parameter.words, ", ")));
    }
  } while (!value.empty());
}

void check_parameter(const Parameter& parameter, const std::string& value) {
  if (parameter.type == Parameter::Type::count) {
    std::uint64_t count = 0;
    const auto [end, fault] = std::from_chars(value.data(), value.data() + value.size(), count);
    if (value.empty() || fault != std::errc{} || end != value.data() + value.size() ||
        count < parameter.least || count > parameter.most) {
      refuse(parameter,
             fmt::format("expected a whole number from {} to {}", parameter.least, parameter.most));
    }
    return;
  }
  const std::uint64_t most = parameter.most ? parameter.most : kDefaultMostText;
  if (value.size() < parameter.least || value.size() > most) {
    refuse(parameter, fmt::format("expected {} to {} bytes", parameter.least, most));
  }
  if (!parameter.words.empty()) check_words(parameter, value);
  if (!parameter.pattern.empty() && !std::regex_match(value, std::regex(parameter.pattern))) {
    // What cannot name anything names nothing that is there.
    if (parameter.in == Parameter::In::path)
      throw HttpProblem(404, "not_found", "there is nothing of that name");
    refuse(parameter, fmt::format("must match {}", parameter.pattern));
  }
}

void read_query(const Request& request, const Route& route,
                std::map<std::string, std::string, std::less<>>& into) {
  const auto query = parse_query(request.query);
  if (!query) throw HttpProblem(400, "bad_parameter", "the query has a broken % escape");
  for (const auto& [name, value] : *query) {
    const auto declared =
        std::find_if(route.parameters.begin(), route.parameters.end(), [&](const Parameter& parameter) {
          return parameter.in == Parameter::In::query && parameter.name == name;
        });
    if (declared == route.parameters.end()) {
      throw HttpProblem(400, "bad_parameter",
                        "the query has a name that this call does not know; see /api/v1/openapi.json");
    }
    if (!into.emplace(name, value).second) refuse(*declared, "is given twice");
  }
}

/// Collects a JSON body, then calls the route. `kept` is the request's copy: the sink outlives the call that
/// made it.
class JsonSink final : public BodySink {
 public:
  JsonSink(const Call& call, const Route& route)
      : request_(call.request), caller_(call.caller), parameters_(call.parameters), route_(route) {}

  void write(std::string_view bytes) override { body_ += bytes; }
  Response finish() override { return route_.handle(Call{request_, caller_, parameters_, std::move(body_)}); }

 private:
  Request request_;
  Caller caller_;
  std::map<std::string, std::string, std::less<>> parameters_;
  const Route& route_;
  std::string body_;
};

/// Tells how a request with a body ended.
class WatchedSink final : public BodySink {
 public:
  WatchedSink(std::unique_ptr<BodySink> sink, std::function<void(int)> ended)
      : sink_(std::move(sink)), ended_(std::move(ended)) {}
  void write(std::string_view bytes) override {
    guarded([&] { sink_->write(bytes); });
  }
  Response finish() override {
    Response response;
    guarded([&] { response = sink_->finish(); });
    ended_(response.status);
    return response;
  }

 private:
  template <class Work>
  void guarded(Work work) {
    try {
      work();
    } catch (...) {
      ended_(problem_of(std::current_exception()).status);
      throw;
    }
  }

  std::unique_ptr<BodySink> sink_;
  std::function<void(int)> ended_;
};

bool is_json(const Request& request) {
  const auto type = request.header("Content-Type");
  if (!type) return false;
  const std::string_view name = type->substr(0, type->find(';'));
  return name == "application/json" || name == "application/json ";
}

}  // namespace

Parameter path_parameter(std::string name, std::string description, std::string pattern) {
  Parameter parameter;
  parameter.name = std::move(name);
  parameter.in = Parameter::In::path;
  parameter.description = std::move(description);
  parameter.pattern = std::move(pattern);
  return parameter;
}

Router::Router(std::vector<Route> routes, const Access& access, RouterOptions options)
    : routes_(std::move(routes)), access_(access), options_(std::move(options)) {
  for (const Route& route : routes_) {
    auto components = path_components(route.path);
    if (!components) throw Error(ErrorCode::internal, "a route's path is none: " + route.path);
    templates_.push_back({&route, *std::move(components)});
  }
}

Router::Found Router::find(const Request& request) const {
  const auto components = path_components(request.path);
  if (!components) throw HttpProblem(400, "bad_request", "the path has an empty, dot or broken component");
  Found found;
  for (const Template& candidate : templates_) {
    if (candidate.components.size() != components->size()) continue;
    std::map<std::string, std::string, std::less<>> parameters;
    bool fits = true;
    for (std::size_t i = 0; fits && i < components->size(); ++i) {
      const std::string& part = candidate.components[i];
      if (part.starts_with('{'))
        parameters.emplace(part.substr(1, part.size() - 2), (*components)[i]);
      else
        fits = part == (*components)[i];
    }
    if (!fits) continue;
    if (serves(*candidate.route, request.method)) {
      found.route = candidate.route;
      found.parameters = std::move(parameters);
      return found;
    }
    found.allowed += (found.allowed.empty() ? "" : ", ") + candidate.route->method;
  }
  return found;
}

Handling Router::take(Call call, const Route& route) {
  Handling handling;
  const Request& request = call.request;
  if (route.open_body) {
    handling.max_body_bytes = route.max_body_bytes;
    if (request.content_length.value_or(0) > route.max_body_bytes)
      throw HttpProblem(413, "too_large", "the body is too large");
    handling.sink = route.open_body(call);
    return handling;
  }
  if (!request.has_body && route.body_schema.empty()) {
    handling.response = route.handle(call);
    return handling;
  }
  // A call without a body may be sent one, such as {}: it is read and has no meaning.
  if (!route.body_schema.empty() && !is_json(request)) {
    throw HttpProblem(415, "wrong_media_type", "the body must be JSON: send Content-Type: application/json");
  }
  if (request.content_length.value_or(0) > route.max_body_bytes) {
    throw HttpProblem(413, "too_large",
                      fmt::format("the body is too large; at most {} bytes are read", route.max_body_bytes));
  }
  handling.max_body_bytes = route.max_body_bytes;
  handling.sink = std::make_unique<JsonSink>(call, route);
  return handling;
}

Handling Router::handle(const Request& request, std::string& route_name, std::string& caller) {
  access_.check_host(request);
  Found found = find(request);
  if (!found.route && found.allowed.empty() && options_.page && !is_write(request.method)) {
    if (auto page = options_.page(request)) {
      route_name = "page";
      Handling handling;
      handling.response = *std::move(page);
      return handling;
    }
  }
  if (!found.route && !found.allowed.empty()) {
    Handling handling;
    handling.response = problem_response(405, "method_not_allowed", "this path takes " + found.allowed);
    handling.response.set("Allow", found.allowed);
    return handling;
  }
  if (!found.route) throw HttpProblem(404, "not_found", "there is no such path; see /api/v1/openapi.json");
  const Route& route = *found.route;
  route_name = route.path;
  if (is_write(request.method) || request.wants_websocket) access_.check_origin(request);
  const std::optional<Caller> known = access_.identify(request);
  if (known) caller = known->name;
  access_.require(known, route.role);
  Call call{request, known.value_or(Caller{}), std::move(found.parameters), ""};
  read_query(request, route, call.parameters);
  for (const Parameter& parameter : route.parameters) {
    const auto value = call.parameters.find(parameter.name);
    if (value != call.parameters.end()) check_parameter(parameter, value->second);
  }
  return take(std::move(call), route);
}

Handling Router::begin(const Request& request) {
  const auto began = std::chrono::steady_clock::now();
  std::string route = "other", caller;
  Handling handling;
  try {
    handling = handle(request, route, caller);
  } catch (...) {
    handling.response = problem_of(std::current_exception());
  }
  if (handling.sink) {
    handling.sink = std::make_unique<WatchedSink>(
        std::move(handling.sink),
        [this, request, route, caller, began](int status) { tell(request, route, caller, status, began); });
  } else {
    tell(request, route, caller, handling.response.websocket ? 101 : handling.response.status, began);
  }
  if (!handling.response.websocket) handling.response.set("X-Content-Type-Options", "nosniff");
  return handling;
}

void Router::tell(const Request& request, const std::string& route, const std::string& caller, int status,
                  std::chrono::steady_clock::time_point began) const {
  if (!options_.answered) return;
  options_.answered(
      {request.method, route, request.path.substr(0, kMaxToldPathBytes), status, caller, request.peer,
       std::chrono::steady_clock::now() - began});
}

Response Router::failed(const Request&, std::exception_ptr fault) { return problem_of(fault); }

Response Router::refused(TransportFault fault) {
  switch (fault) {
    case TransportFault::bad_request:
      return problem_response(400, "bad_request", "this is no HTTP request that can be read");
    case TransportFault::header_too_large:
      return problem_response(431, "header_too_large", "the headers are too large or too many");
    case TransportFault::body_too_large:
      return problem_response(413, "too_large", "the body is too large");
    case TransportFault::timeout:
      return problem_response(408, "timeout", "the request took too long");
    case TransportFault::overloaded:
      return problem_response(503, "overloaded", "too many connections; try again later");
    case TransportFault::internal:
      return problem_response(500, "internal", "a fault in crm-merge; its log has the details");
  }
  return problem_response(500, "internal", "a fault in crm-merge; its log has the details");
}

}  // namespace crm
