#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ingest/rejects.h"

namespace crm {

class OutputFile;

/// What becomes of records that cannot be read.
///
/// Threads: as RejectSink; `input_read` when no scan is running.
class RejectPolicy : public RejectSink {
 public:
  /// Called when an input has been read whole for the first time.
  /// Errors: invalid_input if its rejects end the merge.
  virtual void input_read(const std::string& path, std::uint64_t records) = 0;
};

/// Without --rejects: keeps count and the first five of an input; when it has been read, they end the merge.
std::unique_ptr<RejectPolicy> make_rejects_end_the_merge();

/// With --rejects: writes `file,line,reason,text` to `file` (null: only counts, in a dry run), up to `max_rejects`.
/// The caller publishes the file, which must outlive the policy.
std::unique_ptr<RejectPolicy> make_rejects_set_aside(OutputFile* file, char delimiter,
                                                     std::optional<std::uint64_t> max_rejects);

}  // namespace crm
