#pragma once

#include <optional>
#include <string_view>

#include "base/time.hpp"
#include "storage/database.hpp"

/// Where a `ClockWatch` (base/clock_watch.hpp) keeps the time of its last look, by the watch's name. All in
/// the caller's transaction.
namespace bellwether::storage {

std::optional<Timestamp> find_clock(Database& database, std::string_view watch);
void store_clock(Database& database, std::string_view watch, Timestamp last);

}  // namespace bellwether::storage
