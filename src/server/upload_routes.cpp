#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "jobs/json_object.h"
#include "server/api.h"
#include "server/file_profile.h"
#include "server/json_response.h"
#include "server/metrics.h"
#include "server/problem.h"
#include "server/stored_json.h"
#include "server/uploaded_file.h"

namespace crm {
namespace {

using nlohmann::ordered_json;

constexpr std::size_t kMaxFileNameBytes = 255;
constexpr std::chrono::seconds kPartUrlTime{3600};
constexpr std::uint64_t kSpareBytes = 64u << 20;  // free space that an upload must leave

std::string part_url(const Api& api, const UploadedFile& file, int number) {
  if (api.parts.store.capabilities().presigned_urls)
    return api.parts.store.presign_part(file.upload, number, kPartUrlTime);
  return fmt::format("/api/v1/uploads/{}/parts/{}", file.id, number);
}

ordered_json upload_json(const Api& api, const UploadedFile& file, const std::vector<PartInfo>& arrived) {
  ordered_json parts = ordered_json::array();
  for (int number = 1; number <= file.part_count(); ++number) {
    parts.push_back(
        {{"number", number}, {"url", part_url(api, file, number)}, {"size", file.bytes_of_part(number)}});
    const auto found = std::find_if(arrived.begin(), arrived.end(),
                                    [&](const PartInfo& part) { return part.number == number; });
    if (found != arrived.end()) parts.back()["etag"] = found->etag;
  }
  return {{"id", file.id},     {"name", file.name},           {"kind", file.kind},
          {"size", file.size}, {"part_size", file.part_size}, {"parts", std::move(parts)}};
}

/// Of all objects. A quota is rare and so is an upload: each looks anew.
std::uint64_t stored_bytes(ObjectStore& store) {
  std::uint64_t bytes = 0;
  for (ListQuery query;;) {
    const ObjectPage page = store.list(query);
    for (const ObjectInfo& object : page.objects) bytes += object.size;
    if (!page.next) return bytes;
    query.cursor = *page.next;
  }
}

void check_room(const Api& api, std::uint64_t size) {
  if (size > api.options.max_upload_bytes) {
    throw HttpProblem(413, "too_large",
                      fmt::format("size: {} bytes; this service takes files of up to {}", size,
                                  api.options.max_upload_bytes));
  }
  if (const auto quota = api.options.data_quota_bytes; quota && stored_bytes(api.parts.store) + size > *quota) {
    throw HttpProblem(413, "over_quota",
                      fmt::format("size: {} bytes would pass the {} that this service keeps; delete old jobs or files first",
                                  size, *quota));
  }
  const auto space = api.parts.store.space();
  if (space && space->free_bytes < size + kSpareBytes) {
    throw HttpProblem(413, "no_room",
                      fmt::format("size: {} bytes, and {} are free; delete old jobs or files first", size,
                                  space->free_bytes));
  }
}

Response create(const Api& api, const Call& call) {
  const ordered_json json = parse_json("the body", call.body);
  JsonObject body(json, "");
  UploadedFile file;
  file.name = body.required_text("name");
  if (file.name.size() > kMaxFileNameBytes)
    throw Error(ErrorCode::invalid_config, "name: longer than 255 bytes");
  file.kind = body.text("kind").value_or("enriched");
  if (file.kind != "original" && file.kind != "enriched")
    throw Error(ErrorCode::invalid_config, "kind: give original or enriched");
  const auto size = body.count("size", kMaxObjectBytes);
  if (!size || *size == 0)
    throw Error(ErrorCode::invalid_config,
                "size: give the file's bytes, at least 1; an empty file has nothing to merge");
  body.refuse_unknown();
  check_room(api, *size);
  file.id = random_id();
  file.size = *size;
  file.part_size = part_size_for(*size, std::max(api.options.upload_part_bytes, kMinPartBytes));
  NewUpload fresh;
  fresh.key = fmt::format("{}{}/file{}", kUploadPrefix, file.id, kept_suffix(file.name));
  fresh.part_size = file.part_size;
  fresh.size = file.size;
  file.upload = api.parts.store.create_upload(fresh);
  save_upload(api.parts.store, file);
  Response response = json_response(201, upload_json(api, file, {}));
  response.set("Location", "/api/v1/uploads/" + file.id);
  return response;
}

Response show(const Api& api, const Call& call) {
  const UploadedFile file = load_upload(api.parts.store, call.path_value("id"));
  return json_response(200, upload_json(api, file, api.parts.store.list_parts(file.upload)));
}

/// Streams one part into the store.
class PartSink final : public BodySink {
 public:
  PartSink(std::unique_ptr<PartWriter> writer, std::uint64_t size, Metrics& metrics)
      : writer_(std::move(writer)), size_(size), metrics_(metrics) {}

  void write(std::string_view bytes) override {
    taken_ += bytes.size();
    if (taken_ > size_)
      throw HttpProblem(413, "too_large", fmt::format("this part has {} bytes; more came", size_));
    writer_->write(bytes);
  }
  Response finish() override {
    if (taken_ != size_)
      throw HttpProblem(400, "wrong_size", fmt::format("this part has {} bytes; {} came", size_, taken_));
    const PartInfo part = writer_->commit();
    metrics_.add("crm_merge_uploaded_bytes_total", {}, static_cast<double>(size_));
    Response response =
        json_response(200, {{"number", part.number}, {"etag", part.etag}, {"size", part.size}});
    response.set("ETag", "\"" + part.etag + "\"");
    return response;
  }

 private:
  std::unique_ptr<PartWriter> writer_;
  std::uint64_t size_, taken_ = 0;
  Metrics& metrics_;
};

std::unique_ptr<BodySink> open_part(const Api& api, const Call& call) {
  const UploadedFile file = load_upload(api.parts.store, call.path_value("id"));
  const int number = std::stoi(call.path_value("number"));
  if (number > file.part_count()) {
    throw HttpProblem(404, "not_found", fmt::format("this upload has parts 1 to {}", file.part_count()));
  }
  const std::uint64_t size = file.bytes_of_part(number);
  if (call.request.content_length && *call.request.content_length != size) {
    throw HttpProblem(400, "wrong_size",
                      fmt::format("part {} has {} bytes; Content-Length says {}", number, size,
                                  *call.request.content_length));
  }
  return std::make_unique<PartSink>(api.parts.store.put_part(file.upload, number, size), size,
                                    api.parts.metrics);
}

std::vector<Part> wanted_parts(const Api& api, const Call& call, const UploadedFile& file) {
  const ordered_json json = parse_json("the body", call.body, {.bytes = 4u << 20});
  JsonObject body(json, "");
  std::vector<Part> parts;
  const bool given = body.find("parts") != nullptr;
  body.each_item("parts", [&](const ordered_json& value, const std::string& path) {
    JsonObject item(value, path);
    const auto number = item.count("number", kMaxParts);
    if (!number || *number == 0)
      throw Error(ErrorCode::invalid_config, path + ".number: give the part's number, from 1");
    std::string etag = item.required_text("etag");
    // Browsers hand on the header as it came, in quotes.
    if (etag.size() > 2 && etag.front() == '"' && etag.back() == '"') etag = etag.substr(1, etag.size() - 2);
    item.refuse_unknown();
    parts.push_back({static_cast<int>(*number), std::move(etag)});
  });
  body.refuse_unknown();
  if (given) return parts;
  for (const PartInfo& part : api.parts.store.list_parts(file.upload))
    parts.push_back({part.number, part.etag});
  return parts;
}

Response complete(const Api& api, const Call& call) {
  const UploadedFile file = load_upload(api.parts.store, call.path_value("id"));
  const auto done = api.parts.store.stat(file.upload.key);
  if (!done) {
    const std::vector<Part> parts = wanted_parts(api, call, file);
    if (static_cast<int>(parts.size()) < file.part_count()) {
      throw HttpProblem(409, "incomplete",
                        fmt::format("{} of {} parts have arrived; GET the upload to see which are missing",
                                    parts.size(), file.part_count()));
    }
    const ObjectInfo info = api.parts.store.complete_upload(file.upload, parts);
    if (info.size != file.size) throw Error(ErrorCode::internal, "the store kept another size than was sent");
  }
  return json_response(200, file_json(api, file));
}

Response give_up(const Api& api, const Call& call) {
  const UploadedFile file = load_upload(api.parts.store, call.path_value("id"));
  if (api.parts.store.stat(file.upload.key)) {
    throw HttpProblem(409, "completed",
                      "this upload is complete; delete the file: DELETE /api/v1/files/" + file.id);
  }
  api.parts.store.abort_upload(file.upload);
  api.parts.store.remove(record_key(file.id));
  Response response;
  response.status = 204;
  return response;
}

}  // namespace

void add_upload_routes(const Api& api, std::vector<Route>& routes) {
  const Parameter id = path_parameter("id", "the upload", std::string(kUploadIdPattern));
  Parameter number = path_parameter("number", "the part, from 1", "");
  number.type = Parameter::Type::count;
  number.least = 1;
  number.most = kMaxParts;
  routes.push_back({.method = "POST",
                    .path = "/api/v1/uploads",
                    .role = Role::write,
                    .id = "createUpload",
                    .summary = "Begins an upload in parts",
                    .outcomes = {{201, "send the parts to these URLs", "Upload"}},
                    .handle = [&api](const Call& call) { return create(api, call); },
                    .body_schema = "UploadRequest"});
  routes.push_back({.method = "GET",
                    .path = "/api/v1/uploads/{id}",
                    .id = "getUpload",
                    .summary = "What has arrived of an upload: parts without an etag are missing",
                    .parameters = {id},
                    .outcomes = {{200, "the upload", "Upload"}},
                    .handle = [&api](const Call& call) { return show(api, call); }});
  routes.push_back({.method = "PUT",
                    .path = "/api/v1/uploads/{id}/parts/{number}",
                    .role = Role::write,
                    .id = "putPart",
                    .summary = "The bytes of one part; again is all right",
                    .parameters = {id, number},
                    .outcomes = {{200, "arrived; ETag", "UploadedPart"}},
                    .max_body_bytes = kMaxPartBytes,
                    .open_body = [&api](const Call& call) { return open_part(api, call); }});
  routes.push_back({.method = "POST",
                    .path = "/api/v1/uploads/{id}/complete",
                    .role = Role::write,
                    .id = "completeUpload",
                    .summary = "Makes the file of its parts; again is all right",
                    .parameters = {id},
                    .outcomes = {{200, "the file, looked at", "File"}},
                    .handle = [&api](const Call& call) { return complete(api, call); },
                    .body_schema = "CompleteRequest",
                    .max_body_bytes = 4u << 20});
  routes.push_back({.method = "DELETE",
                    .path = "/api/v1/uploads/{id}",
                    .role = Role::write,
                    .id = "deleteUpload",
                    .summary = "Gives an upload up",
                    .parameters = {id},
                    .outcomes = {{204, "its space is free", "", ""}},
                    .handle = [&api](const Call& call) { return give_up(api, call); }});
}

}  // namespace crm
