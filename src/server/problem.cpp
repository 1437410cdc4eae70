#include "server/problem.h"

#include <fmt/format.h>

#include <new>
#include <nlohmann/json.hpp>

#include "base/error_code.h"
#include "http/response_head.h"

namespace crm {

int http_status(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid_config:
      return 400;
    case ErrorCode::invalid_input:
      return 422;
    case ErrorCode::not_found:
      return 404;
    case ErrorCode::conflict:
    case ErrorCode::lock_lost:
      return 409;
    case ErrorCode::denied:
      return 403;
    case ErrorCode::limit_exceeded:
      return 507;
    case ErrorCode::unavailable:
    case ErrorCode::cancelled:
      return 503;
    case ErrorCode::output_closed:
    case ErrorCode::internal:
      return 500;
  }
  return 500;
}

Response problem_response(int status, std::string_view code, std::string_view detail) {
  nlohmann::ordered_json problem = {{"type", fmt::format("urn:crm-merge:problem:{}", code)},
                                    {"title", reason_phrase(status)},
                                    {"status", status},
                                    {"code", code},
                                    {"detail", detail}};
  Response response;
  response.status = status;
  response.set("Content-Type", "application/problem+json");
  response.set("Cache-Control", "no-store");
  if (status == 401) response.set("WWW-Authenticate", "Bearer realm=\"crm-merge\"");
  // A message may quote a file's name, which need not be UTF-8.
  response.body = problem.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  return response;
}

Response problem_of(std::exception_ptr fault) {
  try {
    std::rethrow_exception(fault);
  } catch (const HttpProblem& problem) {
    return problem_response(problem.status(), problem.code(), problem.what());
  } catch (const Error& error) {
    return problem_response(http_status(error.code()), error_code_name(error.code()), error.message());
  } catch (const std::bad_alloc&) {
    return problem_response(503, "unavailable", "out of memory; try again later");
  } catch (...) {
    return problem_response(500, "internal", "a fault in crm-merge; its log has the details");
  }
}

}  // namespace crm
