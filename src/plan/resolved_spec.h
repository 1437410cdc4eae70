#pragma once

#include <vector>

#include "model/plan.h"
#include "model/profile.h"
#include "model/spec.h"

namespace crm {

/// The spec in force: `spec` with what planning found out written into it. Identifiers have their columns in every file,
/// synonyms are maps (and no others are looked for), protected columns have their policy; `weaker` is empty, the columns
/// of the files are `known_columns`. Planned again with the same files it gives an equal plan, whatever later versions
/// detect. Encodings and dialects are not written: they are the files' own.
///
/// `plan` is plan_merge of the same arguments. Pure.
MergeSpec resolved_spec(const MergeSpec& spec, const MergePlan& plan, const InputProfile& original,
                        const std::vector<InputProfile>& enriched);

}  // namespace crm
