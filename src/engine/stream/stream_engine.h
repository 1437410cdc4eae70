#pragma once

#include "engine/engine.h"
#include "engine/stream/tuning.h"

namespace crm {

/// The default engine: three passes over the files with capped memory.
///
/// 1. The original's identifier columns: every key's hash, in order; from them a table of distinct keys.
/// 2. Each enriched file: rows whose keys the original has leave their cells, once per key, in buckets of
/// consecutive
///    original rows, on disk where they are many.
/// 3. The original again: bucket by bucket the hits come back, and each row is consolidated, merged and
/// written in order.
///
/// Time is linear in rows in and out however keys are shared; memory is the table, a few units of hits, and
/// buffers.
std::unique_ptr<Engine> make_tuned_stream_engine(const StreamTuning& tuning);

}  // namespace crm
