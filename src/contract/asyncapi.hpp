#pragma once

#include <optional>
#include <string_view>

namespace bellwether::contract {

/// The AsyncAPI document of the wire, as it stands in contract/, embedded at build time.
/// Known versions: "2.6" and "3.1"; no value for any other.
std::optional<std::string_view> asyncapi_document(std::string_view version);

}  // namespace bellwether::contract
