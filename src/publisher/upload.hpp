#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "events/engine.hpp"

/// Cohorts that are uploaded as lists of distinct ids.
namespace bellwether::publisher {

/// The first column of a CSV, quoted or not; a first line that names it (`distinct_id`, `$distinct_id` or
/// `mixpanel_distinct_id`) is its heading. Refuses text that is not UTF-8 and ids longer than 255 bytes, with
/// the line.
std::expected<std::vector<std::string>, std::string> read_id_list(std::string_view csv);

std::expected<void, events::EngineError> store_id_list(events::Engine& engine, const std::string& project_id,
                                                       const std::string& upload,
                                                       const std::vector<std::string>& ids);

}  // namespace bellwether::publisher
