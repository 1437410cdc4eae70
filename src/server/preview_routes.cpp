#include <fmt/format.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "jobs/job_data.h"
#include "jobs/json_object.h"
#include "server/api.h"
#include "server/json_response.h"
#include "server/preview.h"
#include "server/upload_names.h"

namespace crm {
namespace {

/// Lets few previews run at once: each has memory of its own.
class Turn {
 public:
  explicit Turn(std::counting_semaphore<>& turns) : turns_(turns) { turns_.acquire(); }
  ~Turn() { turns_.release(); }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

 private:
  std::counting_semaphore<>& turns_;
};

Response preview(const Api& api, std::counting_semaphore<>& turns, const Call& call) {
  nlohmann::ordered_json json = parse_json("job data", call.body, {.bytes = kMaxMergeJobBytes});
  if (json.is_object()) json.erase("options");
  name_uploads(api.parts.store, json);
  const JobData data = parse_job_data(json.dump());
  const Turn turn(turns);
  return json_response(200, preview_json(api, data));
}

}  // namespace

void add_preview_routes(const Api& api, std::vector<Route>& routes) {
  const auto turns = std::make_shared<std::counting_semaphore<>>(api.options.previews_at_once);
  routes.push_back(
      {.method = "POST",
       .path = "/api/v1/preview",
       .id = "preview",
       .summary = "What a merge would do, found on a sample: columns, match rate, rows before and after",
       .outcomes = {{200, "the preview", "Preview"}},
       .handle = [&api, turns](const Call& call) { return preview(api, *turns, call); },
       .body_schema = "JobSubmission",
       .max_body_bytes = kMaxMergeJobBytes});
}

}  // namespace crm
