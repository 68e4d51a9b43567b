#pragma once

#include <string>
#include <string_view>

namespace bellwether {

/// Valid JSON without the blanks and line breaks between its tokens, so that it fits on one line of NDJSON or
/// of an event stream. Strings stay as they are: a valid one holds no raw line break.
std::string compact_json(std::string_view json);

}  // namespace bellwether
