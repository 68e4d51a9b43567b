#pragma once

#include <string>

namespace bellwether {

/// 128 random bits as 32 hexadecimal digits: a key that nobody else makes. Not a secret. Thread-safe.
std::string random_key();

}  // namespace bellwether
