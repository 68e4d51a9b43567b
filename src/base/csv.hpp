#pragma once

#include <string>
#include <string_view>

namespace bellwether {

/// One field of a CSV file that people open in a spreadsheet, quoted where it must be (RFC 4180). Text that a
/// spreadsheet would take for a formula (it begins with `=`, `+`, `-`, `@`, a tab or a carriage return) gets
/// an apostrophe before it; numbers stay as they are.
void append_sheet_field(std::string& out, std::string_view text);

}  // namespace bellwether
