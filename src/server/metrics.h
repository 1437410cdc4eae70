#pragma once

#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace crm {

/// The service's figures, by the names of one documented table (metrics.cpp). Threads: any.
class Metrics {
 public:
  using Labels = std::vector<std::pair<std::string, std::string>>;

  /// Adds to a counter. Errors: internal for a name that is not in the table.
  void add(std::string_view name, const Labels& labels, double amount = 1);
  /// Sets a gauge.
  void set(std::string_view name, const Labels& labels, double value);
  /// Puts a value into a histogram.
  void observe(std::string_view name, const Labels& labels, double value);
  /// All of them in Prometheus' text format, version 0.0.4.
  std::string text() const;

 private:
  struct Series {
    double value = 0;                    // counter, gauge; histogram: the sum
    std::vector<std::uint64_t> buckets;  // histogram: per bound, then the rest
  };
  Series& series(std::string_view name, const Labels& labels);

  mutable std::mutex mutex_;
  std::map<std::string, std::map<std::string, Series>, std::less<>> series_;  // guarded by mutex_
};

}  // namespace crm
