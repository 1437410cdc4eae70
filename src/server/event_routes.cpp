#include "server/api.h"
#include "server/event_hub.h"
#include "server/problem.h"

namespace crm {

void add_event_routes(const Api& api, std::vector<Route>& routes) {
  Parameter job{
      .name = "job", .description = "one job's events only; its state comes first", .least = 1, .most = 128};
  Parameter after{
      .name = "after", .description = "the id of the last event seen: go on from there", .most = 200};
  routes.push_back(
      {.method = "GET",
       .path = "/api/v1/events",
       .id = "events",
       .summary = "A WebSocket of events: one JSON object a message (component Event)",
       .parameters = {job, after},
       .outcomes = {{101, "the WebSocket is open", "", ""},
                    {404, "there is no such job", "Problem", "application/problem+json"},
                    {422, "after is no event's id", "Problem", "application/problem+json"},
                    {426, "the call must be a WebSocket's", "Problem", "application/problem+json"}},
       .handle = [&api](const Call& call) {
         if (!call.request.wants_websocket) {
           Response response = problem_response(426, "websocket_needed", "open this as a WebSocket");
           response.set("Upgrade", "websocket");
           return response;
         }
         EventHub::Filter filter{call.query_value("job").value_or(""), call.query_value("after")};
         Response response;
         response.websocket = api.events.add_reader(filter);
         return response;
       }});
}

}  // namespace crm
