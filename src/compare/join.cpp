#include "compare/join.h"

namespace crm {
namespace {

/// The rows of one file in the order of their keys, with the next one in sight.
class Cursor {
 public:
  explicit Cursor(ExternalSort<HashedRow>& rows) : rows_(rows) { advance(); }

  bool at_end() const { return at_end_; }
  bool has(const Hash128& key) const { return !at_end_ && row_.key == key; }
  const HashedRow& row() const { return row_; }
  void advance() { at_end_ = !rows_.next(row_); }

 private:
  ExternalSort<HashedRow>& rows_;
  HashedRow row_;
  bool at_end_ = false;
};

void count_repeated(std::uint64_t rows, RepeatedKeys& repeated) {
  if (rows < 2) return;
  ++repeated.keys;
  repeated.rows += rows;
}

}  // namespace

JoinCounts join_rows(ExternalSort<HashedRow>& a, ExternalSort<HashedRow>& b, ExternalSort<RowPair>& pairs,
                     ExternalSort<RowPlace>& lone_b) {
  JoinCounts counts;
  Cursor rows_a(a), rows_b(b);
  while (!rows_a.at_end() || !rows_b.at_end()) {
    const bool from_a = !rows_a.at_end() && (rows_b.at_end() || rows_a.row().key <= rows_b.row().key);
    const Hash128 key = from_a ? rows_a.row().key : rows_b.row().key;
    std::uint64_t in_a = 0, in_b = 0;
    for (; rows_a.has(key) && rows_b.has(key); rows_a.advance(), rows_b.advance(), ++in_a, ++in_b) {
      const bool equal = rows_a.row().cells == rows_b.row().cells;
      pairs.add({rows_a.row().place.row(), equal ? Fate::equal : Fate::changed, rows_b.row().place});
      ++counts.paired;
      counts.equal += equal;
    }
    for (; rows_a.has(key); rows_a.advance(), ++in_a, ++counts.lone_a) {
      pairs.add({rows_a.row().place.row(), Fate::lone, {}});
    }
    for (; rows_b.has(key); rows_b.advance(), ++in_b, ++counts.lone_b) lone_b.add(rows_b.row().place);
    count_repeated(in_a, counts.repeated_a);
    count_repeated(in_b, counts.repeated_b);
  }
  return counts;
}

}  // namespace crm
