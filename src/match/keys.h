#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/blank.h"
#include "model/spec.h"

// Key normalization: from a cell to the keys that two rows must share to mean the same person or company
// (contract, section 4). It makes keys only; it never changes a cell.
namespace crm {

struct KeyOptions {
  std::string region = "US";    ///< ISO 3166 region of phone numbers without a country code
  bool email_aliases = false;   ///< drop `+tag`, and dots for Gmail
  BlankRule blank;
};

/// Makes the keys of cells. One per thread: it keeps scratch space and caches.
///
/// Threads: not shared; copies are cheap to make by constructing another from the same options.
class KeyMaker {
 public:
  explicit KeyMaker(KeyOptions options);
  ~KeyMaker();
  KeyMaker(KeyMaker&&) noexcept;
  KeyMaker& operator=(KeyMaker&&) noexcept;

  /// Appends the keys of `cell` for `kind` to `keys`, in order, without those already in `keys`.
  /// A blank cell gives none. Cells of email, phone and linkedin columns may hold several values.
  void append_keys(Kind kind, std::string_view cell, std::vector<std::string>& keys);

  /// The cell's distinct keys, in order: what `append_keys` appends to an empty list. The views point into `cell` or
  /// into this maker, and hold until the next call of any of its functions.
  /// Cost: allocates nothing in the common case; the fast way for engines.
  std::span<const std::string_view> keys(Kind kind, std::string_view cell);

  /// What two non-blank cells of a column of this kind must share to differ in formatting only: the cell's keys of the
  /// kind, joined, or where it has none its exact key (marked, so that the two never meet).
  std::string comparison_key(Kind kind, std::string_view cell);

  /// True if the two non-blank cells have the same comparison key; equal texts cost nothing.
  bool same_value(Kind kind, std::string_view a, std::string_view b);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Where the composite key of `--match all` puts its parts together; a control character that no key holds in practice,
/// escaped where it does.
std::string composite_key(const std::vector<std::string>& parts);

/// True if the phone numbers of this region (ISO 3166, any case) are known; "UK" is not one, "GB" is.
bool is_phone_region(std::string_view region);

/// True if a linkedin key is a company's.
bool is_company_key(Kind kind, std::string_view key);

/// Seconds since 1970-01-01T00:00Z in microseconds for an ISO 8601 date or date-time (without zone: UTC), or by a
/// strptime-like `format`; nothing where the cell is not one.
std::optional<long long> parse_recency(std::string_view cell, const std::optional<std::string>& format);

/// True if every conversion of the strptime-like `format` is known: %Y %y %m %d %e %j %H %I %M %S %f %p %b %B %h %a %A
/// %z %Z %s %F %T %R %D %n %t %%.
bool is_recency_format(std::string_view format);

}  // namespace crm
