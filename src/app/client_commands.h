#pragma once

#include "app/client_options.h"
#include "app/merge_command.h"

// The sub-commands that ask a service. Errors: Error, as ServiceClient's; a failed job's own.
namespace crm {

/// Sends the files and the job; follows it and brings what was asked for.
void run_submit(const SubmitRun& run, const CommandContext& context);
void run_watch(const WatchRun& run, const CommandContext& context);
void run_fetch(FetchRun run, const CommandContext& context);
void run_jobs(const ListRun& run, const CommandContext& context);
void run_cancel(const ServerAddress& server, const std::string& id, const CommandContext& context);

}  // namespace crm
