#pragma once

#include <expected>
#include <functional>
#include <string>
#include <string_view>

namespace bellwether::ingestion {

/// Splits a body that is a JSON array into its elements, or a body that is anything else into itself, without
/// parsing the elements. So each record can be parsed, limited and refused alone, in memory for one record: a
/// parsed document is up to twelve times as large as its text.
///
/// Calls `take` with the text of each element, in order, until it returns false. Fails when the body is empty
/// or the array itself is broken (a missing comma, something after its end); what is wrong within an element
/// is for its parser to say.
std::expected<void, std::string> split_records(std::string_view body,
                                               const std::function<bool(std::string_view)>& take);

}  // namespace bellwether::ingestion
