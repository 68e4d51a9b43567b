#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace bellwether::ingestion {

struct RepairedJson {
  std::string text;
  std::size_t changed = 0;  ///< values that are not what was sent
};

/// Takes out of JSON text what senders write and no parser takes, so that one value does not cost its record:
///
///     half a surrogate pair in a string ("\ud83d")     U+FFFD
///     NaN, Infinity, and a number beyond a double      a member is left out; in an array it is null
///     an integer beyond 64 bits                        the nearest double; as an id the text of its digits
///
/// What else is wrong stays as it is. Of valid JSON nothing changes but such integers. To be tried when a parser has
/// refused the text: it costs a pass over it.
RepairedJson repair_json(std::string_view text);

/// "2 of its values cannot be stored as sent and were replaced or left out"
std::string values_were_changed(std::size_t count);

}  // namespace bellwether::ingestion
