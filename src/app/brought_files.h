#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "app/client_options.h"
#include "app/progress_display.h"
#include "client/service_client.h"
#include "output/staged_file.h"

namespace crm {

/// Outputs of a job on their way here. All of them appear together, at the end, or none.
class BroughtFiles {
 public:
  /// Makes the files, still without their names, so that a folder that cannot be written is found before the work begins.
  /// Errors: denied, invalid_config, limit_exceeded.
  explicit BroughtFiles(std::vector<BroughtOutput> wanted);

  /// Fetches what `job` has. Errors: not_found for an output that the job does not have, those of the client.
  void fetch(ServiceClient& client, const nlohmann::ordered_json& job, ProgressDisplay& display);
  void publish();
  const std::vector<BroughtOutput>& wanted() const { return wanted_; }

 private:
  void fetch_one(ServiceClient& client, const std::string& id, std::size_t number, ProgressDisplay& display);

  std::vector<BroughtOutput> wanted_;
  std::vector<std::unique_ptr<StagedFile>> files_;
};

/// An output as a text, such as the report. Errors: limit_exceeded beyond kMaxAnswerBytes, those of the client.
std::string output_text(ServiceClient& client, const std::string& id, OutputKind kind);

/// The file that the job's output is called in the service; nothing: it has no such output.
std::optional<std::string> output_file_name(const nlohmann::ordered_json& job, OutputKind kind);

}  // namespace crm
