#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "calendar/calendar.hpp"
#include "importer/table_row.hpp"

namespace bellwether::importer {

/// A larger one is not sent: with default settings the publisher takes no body of this size.
inline constexpr std::size_t kMaxEventBytes = 16UL << 20U;

/// Text in another encoding is not guessed at: in an id that would make one person of several.
inline constexpr std::string_view kNotUtf8 =
    "is not UTF-8; convert the file first, as with iconv -f WINDOWS-1252 -t UTF-8";
std::unexpected<Fault> not_utf8();

/// An insert id for a record that has none, made of its text and its place: the same file imported again gives the same events.
std::string made_insert_id(std::string_view text, std::uint64_t record);

/// An event that `record` of a file has as JSON, as it is, but for two things: without an `$insert_id` it gets one, and a `time` that is
/// text becomes milliseconds. The text must be one JSON object by its braces. What else is wrong with it the publisher says, which
/// can repair some of it. Pure.
Event complete_event(std::string_view text, std::uint64_t record, const calendar::TimeZone& zone);

/// The same of a record of `size` bytes, of which `text` is but the beginning when they are too many.
Event exported_event(std::string_view text, std::uint64_t size, std::uint64_t record,
                     const calendar::TimeZone& zone);

}  // namespace bellwether::importer
