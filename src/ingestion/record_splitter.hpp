#pragma once

#include <expected>
#include <functional>
#include <string>
#include <string_view>

namespace bellwether::ingestion {

/// Cuts a body into its records without parsing them: the elements of a JSON array, the lines of NDJSON, or the body
/// itself, which may be one object over many lines. So each record can be parsed, limited and refused alone, in memory
/// for one record: a parsed document is up to twelve times as large as its text.
///
/// Calls `take` with each record, in order, until it returns false. Fails, after what stands before the fault was
/// taken, when the array itself is broken (a missing comma, no end, something after its end), or when the body is
/// empty. What is wrong within a record is for its parser to say.
std::expected<void, std::string> split_records(std::string_view body,
                                               const std::function<bool(std::string_view)>& take);

}  // namespace bellwether::ingestion
