#pragma once

#include <string_view>

#include <boost/json.hpp>

namespace bellwether {

/// As boost::json::parse, but a number is the double nearest to it: the library's own parser may be off in the last place, and then
/// what was stored is not what was sent. Thread-safe.
boost::json::value parse_exact_json(std::string_view text, boost::system::error_code& wrong,
                                    const boost::json::parse_options& options = {});
/// Throws boost::system::system_error.
boost::json::value parse_exact_json(std::string_view text, const boost::json::parse_options& options = {});

}  // namespace bellwether
