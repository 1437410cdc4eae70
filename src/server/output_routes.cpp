#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "http/gzip_source.h"
#include "http/negotiation.h"
#include "jobs/job_data.h"
#include "queue/job_queue.h"
#include "server/api.h"
#include "server/file_profile.h"
#include "server/job_json.h"
#include "server/json_response.h"
#include "server/problem.h"
#include "server/table_page.h"
#include "storage/object_store.h"

namespace crm {
namespace {

class ObjectSource final : public BodySource {
 public:
  explicit ObjectSource(std::unique_ptr<ObjectReader> reader) : reader_(std::move(reader)) {}
  std::optional<std::uint64_t> size() const override { return reader_->size(); }
  std::size_t read(char* into, std::size_t size) override { return reader_->read(into, size); }

 private:
  std::unique_ptr<ObjectReader> reader_;
};

std::string content_type_of(std::string_view file) {
  if (file.ends_with(".json")) return "application/json";
  if (file.ends_with(".tsv")) return "text/tab-separated-values; charset=utf-8";
  if (file.ends_with(".csv")) return "text/csv; charset=utf-8";
  if (file.ends_with(".gz")) return "application/gzip";
  if (file.ends_with(".zst")) return "application/zstd";
  return "application/octet-stream";
}

std::string key_of_output(const Api& api, const Call& call) {
  const auto job = api.parts.queue.get(call.path_value("id"));
  if (!job) throw HttpProblem(404, "not_found", "there is no such job");
  for (const PublishedOutput& output : published_outputs(*job)) {
    if (output.name == call.path_value("name")) return output.key;
  }
  if (job->state != JobState::completed) {
    throw HttpProblem(
        409, "not_completed",
        fmt::format("this job is {}; its outputs come when it is completed", to_text(job->state)));
  }
  throw HttpProblem(404, "not_found", "this job has no such output");
}

Response redirect(const Api& api, const std::string& key, const std::string& file) {
  PresignGet options;
  options.download_name = file;
  Response response;
  response.status = 307;
  response.set("Location", api.parts.store.presign_get(key, options));
  response.set("Cache-Control", "no-store");
  return response;
}

/// The range that the client asks for, if it still means this object. Throws 416.
std::optional<HttpRange> wanted_range(const Request& request, const ObjectInfo& info,
                                      const std::string& etag) {
  const auto header = request.header("Range");
  if (!header || request.method != "GET") return std::nullopt;
  const auto if_range = request.header("If-Range");
  if (if_range && *if_range != etag) return std::nullopt;
  HttpRange range;
  switch (parse_range(*header, info.size, range)) {
    case RangeVerdict::whole:
      return std::nullopt;
    case RangeVerdict::part:
      return range;
    case RangeVerdict::unsatisfiable:
      break;
  }
  throw HttpProblem(416, "bad_range", fmt::format("the file has {} bytes", info.size));
}

Response download(const Api& api, const Call& call) {
  const std::string key = key_of_output(api, call);
  const std::string file = key.substr(key.find_last_of('/') + 1);
  if (api.parts.store.capabilities().presigned_urls) return redirect(api, key, file);
  const auto info = api.parts.store.stat(key);
  if (!info) throw HttpProblem(404, "not_found", "this output is gone; its time is over");
  const std::string etag = "\"" + info->etag + "\"";
  Response response;
  response.set("Content-Type", content_type_of(file));
  response.set("Content-Disposition", fmt::format("attachment; filename=\"{}\"", file));
  response.set("ETag", etag);
  response.set("Accept-Ranges", "bytes");
  response.set("Cache-Control", "private, no-cache");
  response.set("Vary", "Accept-Encoding");
  if (const auto header = call.request.header("If-None-Match"); header && matches_etag(*header, etag)) {
    response.status = 304;
    return response;
  }
  const auto range = wanted_range(call.request, *info, etag);
  GetOptions options;
  options.if_match = info->etag;
  if (range) {
    options.range = {range->first, range->last - range->first + 1};
    response.status = 206;
    response.set("Content-Range", fmt::format("bytes {}-{}/{}", range->first, range->last, info->size));
  }
  response.stream = std::make_unique<ObjectSource>(api.parts.store.get(key, options));
  const bool shrinks = !file.ends_with(".gz") && !file.ends_with(".zst");
  if (!range && shrinks && accepts_gzip(call.request.header("Accept-Encoding").value_or(""))) {
    response.stream = make_gzip_source(std::move(response.stream));
    response.set("Content-Encoding", "gzip");
    // Other bytes under the same name: the tag says "the same content", not "the same bytes".
    for (auto& [name, value] : response.headers) {
      if (name == "ETag") value = "W/" + etag;
    }
  }
  return response;
}

char delimiter_of(const std::string& file) {
  if (file.ends_with(".csv")) return ',';
  if (file.ends_with(".tsv")) return '\t';
  throw HttpProblem(409, "no_table", "this output is no plain table; download it");
}

/// What `column`, `kind` and `search` ask of a row.
bool is_wanted(const TableRow& header, const TableRow& row, const std::string& field, const std::string& value) {
  const auto found = std::find(header.begin(), header.end(), field);
  if (found == header.end()) throw HttpProblem(409, "no_such_field", fmt::format("this output has no field {}", field));
  const auto at = static_cast<std::size_t>(found - header.begin());
  return at < row.size() && row[at] == value;
}

Response rows(const Api& api, const Call& call) {
  const std::string key = key_of_output(api, call);
  TablePageQuery query;
  if (const auto limit = call.query_value("limit")) query.limit = std::stoul(*limit);
  if (const auto cursor = call.query_value("cursor")) query.offset = std::stoull(*cursor);
  const auto column = call.query_value("column"), kind = call.query_value("kind");
  const std::string search = lower(call.query_value("search").value_or(""));
  query.wanted = [&](const TableRow& header, const TableRow& row) {
    if (column && !is_wanted(header, row, "column", *column)) return false;
    if (kind && !is_wanted(header, row, "kind", *kind)) return false;
    return search.empty() || std::any_of(row.begin(), row.end(), [&](const std::string& cell) {
             return lower(cell).find(search) != std::string::npos;
           });
  };
  const TablePage page = read_table_page(api.parts.store, key, delimiter_of(key), query);
  nlohmann::ordered_json shown = nlohmann::ordered_json::array();
  for (const TableRow& row : page.rows) {
    nlohmann::ordered_json cells = nlohmann::ordered_json::array();
    for (const std::string& cell : row) cells.push_back(shown_cell(cell));
    shown.push_back(std::move(cells));
  }
  return json_response(200, {{"columns", page.columns},
                             {"rows", std::move(shown)},
                             {"next", page.next ? nlohmann::ordered_json(std::to_string(*page.next)) : nlohmann::ordered_json(nullptr)}});
}

}  // namespace

void add_output_routes(const Api& api, std::vector<Route>& routes) {
  std::string names;
  for (const OutputKind kind : output_kinds())
    names += fmt::format("{}{}", names.empty() ? "" : "|", output_name(kind));
  routes.push_back(
      {.method = "GET",
       .path = "/api/v1/jobs/{id}/outputs/{name}",
       .id = "getOutput",
       .summary = "The bytes of an output; Range, If-None-Match, gzip",
       .parameters = {path_parameter("id", "the job", "[0-9A-Za-z_-]{1,128}"),
                      path_parameter("name", "the output", "(?:" + names + ")")},
       .outcomes = {{200, "all of it", "", "application/octet-stream"},
                    {206, "the range", "", "application/octet-stream"},
                    {304, "the client has it", "", ""},
                    {307, "it is at another address, for 15 minutes", "", ""},
                    {409, "the job is not completed", "Problem", "application/problem+json"},
                    {416, "the range lies beyond the end", "Problem", "application/problem+json"}},
       .handle = [&api](const Call& call) { return download(api, call); },
       .request_headers = {"Range", "If-Range", "If-None-Match"}});
  constexpr std::size_t kMaxSearched = 200;
  constexpr std::uint64_t kMaxCursorDigits = 15;
  routes.push_back(
      {.method = "GET",
       .path = "/api/v1/jobs/{id}/outputs/{name}/rows",
       .id = "getOutputRows",
       .summary = "An output in pages of rows, filtered; cells longer than 2,000 bytes are cut",
       .parameters = {path_parameter("id", "the job", "[0-9A-Za-z_-]{1,128}"),
                      path_parameter("name", "the output", "(?:" + names + ")"),
                      {.name = "cursor", .description = "`next` of the page before", .most = kMaxCursorDigits, .pattern = "[0-9]+"},
                      {.name = "limit",
                       .description = "rows in a page (default 50); there may be fewer, even where `next` is told",
                       .type = Parameter::Type::count,
                       .least = 1,
                       .most = kMaxTablePageRows},
                      {.name = "column", .description = "of conflicts and provenance: only this column of the merged file", .most = 1000},
                      {.name = "kind", .description = "of conflicts: only these", .words = {"real", "formatting"}},
                      {.name = "search", .description = "a part of any cell, case ignored", .most = kMaxSearched}},
       .outcomes = {{200, "a page", "TablePage"},
                    {409, "the job is not completed, or the output has no such field or is no plain table", "Problem",
                     "application/problem+json"},
                    {422, "the cursor is none", "Problem", "application/problem+json"}},
       .handle = [&api](const Call& call) { return rows(api, call); }});
}

}  // namespace crm
