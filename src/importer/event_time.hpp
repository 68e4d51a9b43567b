#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "calendar/calendar.hpp"

namespace bellwether::importer {

/// The time of an event as files have it, in milliseconds since 1970: a number since 1970, which is seconds, milliseconds,
/// microseconds or nanoseconds by its size, or one of the forms of base/written_time.hpp. A time that does not say where it
/// was taken is `zone`'s. The error says what is read. Pure.
std::expected<std::int64_t, std::string> parse_event_time(std::string_view text,
                                                          const calendar::TimeZone& zone);

/// Such a time as /import reads it: it takes small numbers for seconds, also the milliseconds of 1971 and 1972.
std::string time_as_json(std::int64_t milliseconds);

}  // namespace bellwether::importer
