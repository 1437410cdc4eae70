#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "app/client_options.h"
#include "app/merge_command.h"
#include "app/progress_display.h"
#include "client/service_client.h"

namespace crm {

/// How often a job is asked after: at first, then twice as long each time, up to the last.
inline constexpr std::chrono::milliseconds kFirstPoll{30};
inline constexpr std::chrono::milliseconds kPoll{300};

/// Runs `work` with a display that is ended before it returns or throws.
void with_progress(const Telling& telling, const CommandContext& context, const std::function<void(ProgressDisplay&)>& work);

/// Shows the job's progress until it ends. Returns the component Job.
///
/// Errors: of a failed job, under the code and in the words of its reason; cancelled of a cancelled one, and on a stop, which
/// leaves the job alone and says so.
nlohmann::ordered_json follow_job(ServiceClient& client, const std::string& id, const Telling& telling,
                                  const CommandContext& context);

/// The error that a job which is failed or cancelled is here.
Error error_of_job(const nlohmann::ordered_json& job);

}  // namespace crm
