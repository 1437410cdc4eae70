#include "server/service.h"

#include "server/api.h"
#include "server/event_hub.h"
#include "server/metrics.h"
#include "server/openapi.h"

namespace crm {
namespace {

class ApiService final : public Service {
 public:
  ApiService(const ServiceOptions& options, const ServiceParts& parts)
      : options_(options),
        parts_(parts),
        access_(
            options.access,
            [clock = &parts.clock] {
              return std::chrono::duration_cast<std::chrono::seconds>(clock->wall_now().time_since_epoch())
                  .count();
            }),
        events_(parts.queue, options.event_readers),
        api_{options_, parts_, access_, events_},
        metrics_options_(open_metrics(options)),
        metrics_api_{metrics_options_, parts_, access_, events_} {
    std::vector<Route> routes;
    add_system_routes(api_, openapi_, routes);
    add_session_routes(api_, routes);
    add_upload_routes(api_, routes);
    add_file_routes(api_, routes);
    add_preview_routes(api_, routes);
    add_spec_routes(api_, routes);
    add_job_routes(api_, routes);
    add_output_routes(api_, routes);
    add_event_routes(api_, routes);
    openapi_ = openapi_document(routes, options_.version);
    RouterOptions router;
    router.page = parts_.page;
    router.answered = [this](const AnsweredRequest& request) { answered(request); };
    router_ = std::make_unique<Router>(std::move(routes), access_, std::move(router));
    std::vector<Route> metrics_routes;
    add_system_routes(metrics_api_, openapi_, metrics_routes);
    metrics_router_ = std::make_unique<Router>(std::move(metrics_routes), access_, RouterOptions{});
  }
  ~ApiService() override { stop(); }

  Application& application() override { return *router_; }
  Application& metrics_application() override { return *metrics_router_; }
  const std::string& openapi() const override { return openapi_; }
  void stop() override { events_.stop(); }

 private:
  static ServiceOptions open_metrics(ServiceOptions options) {
    options.access.open_metrics = true;
    return options;
  }

  void answered(const AnsweredRequest& request) {
    parts_.metrics.add("crm_merge_http_requests_total", {{"route", request.route},
                                                         {"method", known_method(request.method)},
                                                         {"status", std::to_string(request.status)}});
    parts_.metrics.observe("crm_merge_http_request_seconds", {{"route", request.route}},
                           request.took.count());
    parts_.metrics.set("crm_merge_event_readers", {}, static_cast<double>(events_.readers()));
    if (parts_.answered) parts_.answered(request);
  }

  /// A method as a label: what a client makes up is one value.
  static std::string known_method(const std::string& method) {
    for (const char* known : {"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"}) {
      if (method == known) return method;
    }
    return "other";
  }

  ServiceOptions options_;
  ServiceParts parts_;
  Access access_;
  EventHub events_;
  Api api_;
  ServiceOptions metrics_options_;
  Api metrics_api_;
  std::string openapi_;
  std::unique_ptr<Router> router_, metrics_router_;
};

}  // namespace

std::unique_ptr<Service> make_service(const ServiceOptions& options, const ServiceParts& parts) {
  return std::make_unique<ApiService>(options, parts);
}

}  // namespace crm
