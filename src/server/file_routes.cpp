#include <nlohmann/json.hpp>

#include "jobs/input_json.h"
#include "queue/job_queue.h"
#include "server/api.h"
#include "server/file_profile.h"
#include "server/job_files.h"
#include "server/json_response.h"
#include "server/problem.h"

namespace crm {
namespace {

UploadedFile complete_file(const Api& api, const std::string& id) {
  UploadedFile file = load_upload(api.parts.store, id);
  if (!api.parts.store.stat(file.upload.key)) {
    throw HttpProblem(409, "incomplete",
                      "this upload is not complete; send its missing parts, then complete it");
  }
  return file;
}

Response profile(const Api& api, const Call& call) {
  const UploadedFile file = complete_file(api, call.path_value("id"));
  InputOverrides overrides;
  if (const auto text = call.query_value("delimiter"))
    overrides.delimiter = read_delimiter(*text, "delimiter");
  overrides.encoding = call.query_value("encoding");
  if (const auto word = call.query_value("header")) overrides.has_header = *word == "true";
  return json_response(200, profile_of(api, file, overrides));
}

Response remove(const Api& api, const Call& call) {
  const UploadedFile file = complete_file(api, call.path_value("id"));
  if (is_used_by_unfinished_job(api.parts.queue, file.upload.key)) {
    throw HttpProblem(409, "in_use", "a job that is not finished needs this file; cancel it first");
  }
  api.parts.store.remove(file.upload.key);
  api.parts.store.remove(record_key(file.id));
  Response response;
  response.status = 204;
  return response;
}

}  // namespace

void add_file_routes(const Api& api, std::vector<Route>& routes) {
  const Parameter id = path_parameter("id", "the file", std::string(kUploadIdPattern));
  const Parameter delimiter{.name = "delimiter",
                            .description = "one character, or comma, tab, semicolon, pipe",
                            .least = 1,
                            .most = 9};
  const Parameter encoding{.name = "encoding", .description = "such as windows-1252", .least = 1, .most = 64};
  const Parameter header{
      .name = "header", .description = "false: the first record is data", .words = {"true", "false"}};
  routes.push_back({.method = "GET",
                    .path = "/api/v1/files/{id}/profile",
                    .id = "getProfile",
                    .summary = "What a file was taken to be, with a sample",
                    .parameters = {id, delimiter, encoding, header},
                    .outcomes = {{200, "the profile", "Profile"},
                                 {409, "the upload is not complete", "Problem", "application/problem+json"},
                                 {422, "the file cannot be read so", "Problem", "application/problem+json"}},
                    .handle = [&api](const Call& call) { return profile(api, call); }});
  routes.push_back({.method = "DELETE",
                    .path = "/api/v1/files/{id}",
                    .role = Role::write,
                    .id = "deleteFile",
                    .summary = "Deletes an uploaded file",
                    .parameters = {id},
                    .outcomes = {{204, "deleted", "", ""}},
                    .handle = [&api](const Call& call) { return remove(api, call); }});
}

}  // namespace crm
