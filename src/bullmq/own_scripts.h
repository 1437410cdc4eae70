#pragma once

#include "bullmq/script_set.h"

// What BullMQ has no script for.
namespace crm::bullmq {

/// Makes one given job active for whoever ends it at once: as if its turn had come.
/// KEYS wait paused active prioritized delayed J J:lock; ARGV id token lockMs. 1: claimed, 0: it is in no
/// line.
const Script& claim_script();

/// Takes what the stream says of a removed job out of it, but for `removed`.
/// KEYS events; ARGV id, ms of the newest event that may be its own.
const Script& forget_events_script();

/// Enters jobs into the index as the stream names them.
/// KEYS events index index:at index:next; ARGV most entries to read, most jobs to keep. Entries read; -1: the
/// stream no longer reaches back to where the index stopped, or there is no index.
const Script& index_script();

}  // namespace crm::bullmq
