#pragma once

#include <cstddef>
#include <string_view>

/// Checks of raw JSON text, for the values that are kept as they came. simdjson's On-Demand does not look
/// into what it skips, and its parsers bound numbers to 64 bits; a property may hold any number that JSON can
/// write.
namespace bellwether::contract {

enum class JsonTextFault { kNone, kSyntax, kDepth, kLength };

/// `text` is one JSON value without surrounding blanks, in valid UTF-8, with no raw control characters inside
/// strings (simdjson's first stage has seen to both). `depth` is how many levels it may nest.
JsonTextFault check_json_value(std::string_view text, std::size_t depth, std::size_t string_bytes);

}  // namespace bellwether::contract
