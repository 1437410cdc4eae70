#include "inspect/distinct_count.h"

#include <cmath>
#include <limits>

namespace crm {
namespace {

// The estimator of O. Ertl, "New cardinality estimation algorithms for HyperLogLog sketches" (2017), section 3:
// without bias for small and large counts, and without tables.

double sigma(double x) {
  if (x == 1) return std::numeric_limits<double>::infinity();
  double sum = x, before = -1;
  for (double y = 1; sum != before; y += y) {
    x *= x;
    before = sum;
    sum += x * y;
  }
  return sum;
}

double tau(double x) {
  if (x == 0 || x == 1) return 0;
  double sum = 1 - x, before = -1;
  for (double y = 0.5; sum != before; y *= 0.5) {
    x = std::sqrt(x);
    before = sum;
    sum -= (1 - x) * (1 - x) * y;
  }
  return sum / 3;
}

}  // namespace

void DistinctCount::add_exactly(std::uint64_t hash) {
  few_.insert(hash);
  if (few_.size() <= std::size_t{1} << (precision_ - 2)) return;
  registers_.assign(std::size_t{1} << precision_, 0);
  few_.for_each([this](std::uint64_t each) { add_to_sketch(each); });
  few_.clear();
}

std::uint64_t DistinctCount::estimate() const {
  if (exact()) return few_.size();
  const int most_rank = 64 - precision_ + 1;
  std::vector<double> with_rank(static_cast<std::size_t>(most_rank) + 1, 0);
  for (const std::uint8_t rank : registers_) ++with_rank[rank];
  const double m = static_cast<double>(registers_.size());
  double z = m * tau(1 - with_rank[static_cast<std::size_t>(most_rank)] / m);
  for (int rank = most_rank - 1; rank >= 1; --rank) z = 0.5 * (z + with_rank[static_cast<std::size_t>(rank)]);
  z += m * sigma(with_rank[0] / m);
  constexpr double kAlpha = 0.72134752044448170;  // 1 / (2 ln 2)
  return static_cast<std::uint64_t>(std::llround(kAlpha * m * m / z));
}

double DistinctCount::standard_error() const { return 1.04 / std::sqrt(std::ldexp(1.0, precision_)); }

int distinct_precision(std::size_t columns, std::uint64_t memory_bytes) {
  int precision = DistinctCount::kMostPrecision;
  while (precision > DistinctCount::kLeastPrecision && (columns << (precision + 3)) > memory_bytes) --precision;
  return precision;
}

}  // namespace crm
