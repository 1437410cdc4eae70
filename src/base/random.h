#pragma once

#include <cstddef>
#include <span>
#include <string>

// Numbers that nobody can guess: for names and tokens.
namespace crm {

/// Fills at most 256 bytes. Threads: any. Errors: unavailable.
void fill_random(std::span<unsigned char> bytes);

/// Two digits a byte, lower case.
std::string hex(std::span<const unsigned char> bytes);

/// 128 random bits in hex. Errors: unavailable.
std::string random_hex();

}  // namespace crm
