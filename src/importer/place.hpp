#pragma once

#include <cstdint>
#include <string_view>

#include <zlib.h>

#include "base/error.hpp"

namespace bellwether::importer {

/// How far a file was read, in bytes of what is unpacked, and a CRC-32 of all of them: by it a file that was changed meanwhile
/// is told from the one that was imported.
struct Place {
  std::uint64_t bytes = 0;
  std::uint32_t digest = 0;

  void move_behind(std::string_view text) {
    bytes += text.size();
    const auto* data =
        reinterpret_cast<const Bytef*>(text.data());  // NOLINT(cppcoreguidelines-pro-type-reinterpret-cast)
    digest = static_cast<std::uint32_t>(crc32_z(digest, data, text.size()));
  }
};

/// Fails when the file until `found` is not what it was when it was imported until `imported`.
Result<void> check_unchanged(const Place& found, const Place& imported);

}  // namespace bellwether::importer
