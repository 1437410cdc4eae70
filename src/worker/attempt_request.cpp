#include "worker/attempt_request.h"

#include <nlohmann/json.hpp>

#include "base/error.h"

namespace crm {

using nlohmann::json;

std::string to_json(const AttemptRequest& request) {
  json inputs = json::array();
  for (const AttemptInput& input : request.inputs) inputs.push_back({{"path", input.path.string()}, {"shown_as", input.shown_as}});
  return json{{"data", request.data},
              {"inputs", std::move(inputs)},
              {"output_folder", request.output_folder.string()},
              {"temp_dir", request.temp_dir.string()},
              {"memory_bytes", request.memory_bytes},
              {"threads", request.threads},
              {"sql_engine", request.sql_engine},
              {"worker_pid", request.worker_pid}}
      .dump();
}

AttemptRequest attempt_request_from(const std::string& text) {
  try {
    const json value = json::parse(text);
    AttemptRequest request;
    request.data = value.at("data").get<std::string>();
    for (const json& input : value.at("inputs")) {
      request.inputs.push_back({input.at("path").get<std::string>(), input.at("shown_as").get<std::string>()});
    }
    request.output_folder = value.at("output_folder").get<std::string>();
    request.temp_dir = value.at("temp_dir").get<std::string>();
    request.memory_bytes = value.at("memory_bytes").get<std::uint64_t>();
    request.threads = value.at("threads").get<int>();
    request.sql_engine = value.at("sql_engine").get<bool>();
    request.worker_pid = value.at("worker_pid").get<int>();
    return request;
  } catch (const json::exception& error) {
    throw Error(ErrorCode::invalid_config, "this is no attempt that a worker has written", error.what());
  }
}

MergeSpec spec_of_attempt(const AttemptRequest& request, const std::vector<std::string>& original_header) {
  JobData data = parse_job_data(request.data);
  MergeSpec spec = std::move(data.spec);
  if (request.inputs.size() != data.enriched.size() + 1) {
    throw Error(ErrorCode::internal, "an attempt has not the inputs of its job");
  }
  choose_columns(data.column_choices, original_header, spec);
  const auto place = [](InputRef& ref, const AttemptInput& input) {
    ref.path = input.path.string();
    ref.shown_as = input.shown_as;
  };
  place(spec.original, request.inputs[0]);
  for (std::size_t i = 0; i < spec.enriched.size(); ++i) place(spec.enriched[i], request.inputs[i + 1]);
  const auto path = [&](OutputKind kind) {
    return data.outputs.wants(kind) ? (request.output_folder / data.outputs.file_name(kind)).string() : std::string();
  };
  spec.outputs.merged = path(OutputKind::merged);
  spec.outputs.report = (request.output_folder / data.outputs.file_name(OutputKind::report)).string();
  spec.outputs.changes = path(OutputKind::changes);
  spec.outputs.provenance = path(OutputKind::provenance);
  spec.outputs.conflicts = path(OutputKind::conflicts);
  spec.outputs.unmatched_enriched = path(OutputKind::unmatched_enriched);
  spec.outputs.rejects = path(OutputKind::rejects);
  return spec;
}

}  // namespace crm
