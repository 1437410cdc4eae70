#pragma once

#include <string>
#include <string_view>

#include "queue/job.h"
#include "queue/job_queue.h"

// What every JobQueue refuses or cuts, so that all of them do it alike.
namespace crm {

/// Errors: invalid_input with what is wrong, where, and the limit.
void require_new_job(const NewJob& job);
void require_progress(std::string_view json);
void require_result(std::string_view json);
void require_query(const JobQuery& query);
void require_take(const TakeOptions& options);

/// The first bytes of UTF-8 text, at most `limit`, no character cut in two; what is no UTF-8 ends the text.
std::string_view cut_text(std::string_view text, std::size_t limit);

/// The error of an id or cursor that this queue never gave out.
[[noreturn]] void throw_bad_cursor(std::string_view what);

/// A new id, random behind its time, so that ids sort roughly by age (UUID version 7, RFC 9562).
JobId new_job_id(WallTime now);

/// 128 random bits in hex.
std::string new_lock_token();

}  // namespace crm
