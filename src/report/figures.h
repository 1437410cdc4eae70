#pragma once

#include <cstdint>
#include <string>

// Numbers as people read them.
namespace crm {

/// 1234567 as "1,234,567".
std::string with_thousands(unsigned long long number);

/// 1234567 as "1.2M"; 8123 as "8.1k"; 812 as "812".
std::string short_count(double count);

/// 0.043 s as "0.04 s", 12.3 s as "12.3 s", 95 s as "1 min 35 s".
std::string short_time(double seconds);

/// 95 s as "1:35", 3700 s as "1:01:40"; rounded up.
std::string clock_time(double seconds);

/// 134217728 as "134 MB" (10^6), 3300000000 as "3.3 GB".
std::string short_bytes(std::uint64_t bytes);

/// 171 of 212 as "80.7 %"; "100 %" and "0 %" only when it is all or none. "–" where there is nothing to share.
std::string percent(std::uint64_t part, std::uint64_t whole);

/// 1 as "1 row", 2 as "2 rows", 1234 as "1,234 rows".
std::string counted(std::uint64_t count, const std::string& one, const std::string& many);

}  // namespace crm
