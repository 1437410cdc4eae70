#pragma once

#include <string>
#include <vector>

#include "jobs/job_data.h"
#include "queue/job_queue.h"

namespace crm {

class ObjectStore;
struct ServiceOptions;

/// The key of a job's input in the store; "" where the source lies elsewhere, which the operator allows.
/// Errors: denied for a source that job data may not name; `path` is its place in the data.
std::string key_of_source(ObjectStore& store, const ServiceOptions& options, const JobSource& source,
                          const std::string& path);

/// Checks that every input may be read and is there. Errors: denied, not_found.
void check_sources(ObjectStore& store, const ServiceOptions& options, const JobData& data);

/// True if a job that waits, runs or is delayed names this key.
bool is_used_by_unfinished_job(JobQueue& queue, const std::string& key);

/// Deletes what a job that is being removed leaves: outputs, and uploads that no other job names.
void delete_files_of(const Job& job, JobQueue& queue, ObjectStore& store);

}  // namespace crm
