#pragma once

#include <string>
#include <vector>

#include "app/options.h"
#include "app/progress_display.h"
#include "app/resolve.h"
#include "client/http_client.h"
#include "client/service_client.h"
#include "jobs/job_data.h"

// What was asked of a service. Errors: invalid_config, one line that names the option.
namespace crm {

/// --server, the token, --ca-file. The token comes from --token-from, else from CRM_MERGE_TOKEN.
ServerAddress resolve_server(const TypedOptions& typed);

/// An output of a job, and the file here that it is to become.
struct BroughtOutput {
  OutputKind kind = OutputKind::merged;
  std::string path;
};

/// How what happens is told.
struct Telling {
  ProgressMode progress = ProgressMode::automatic;
  bool json = false;
  bool quiet = false;
  bool verbose = false;
};

struct SubmitRun {
  ServerAddress server;
  MergeSpec spec;     ///< with the files' paths
  JobOutputs outputs;
  std::vector<BroughtOutput> brought;
  bool wait = false;
  Telling telling;
};
SubmitRun resolve_submit(const TypedOptions& typed, const SpecFile* file);

struct FetchRun {
  ServerAddress server;
  std::string id;
  std::vector<BroughtOutput> brought;  ///< none: the merged file, under the service's name
  Telling telling;
};
FetchRun resolve_fetch(const TypedOptions& typed);

struct WatchRun {
  ServerAddress server;
  std::string id;
  Telling telling;
};
WatchRun resolve_watch(const TypedOptions& typed);

struct ListRun {
  ServerAddress server;
  JobFilter filter;
  bool json = false;
};
ListRun resolve_jobs(const TypedOptions& typed);

/// The one job that `command` is about.
std::string job_id_of(Command command, const TypedOptions& typed);

}  // namespace crm
