#pragma once

#include <optional>
#include <string>
#include <string_view>

/// Large text as it lies on the disk: compressed (zstd, RFC 8878) with a checksum. A page of 1,000 members takes a sixth to
/// three quarters of the bytes in the write-ahead log and the file, and packing it takes less time than writing them would.
/// Any thread.
namespace bellwether::storage {

std::string pack(std::string_view text);

/// What `pack` was given; nothing when the bytes are damaged.
std::optional<std::string> unpack(std::string_view packed);

}  // namespace bellwether::storage
