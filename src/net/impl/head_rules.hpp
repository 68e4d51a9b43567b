#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "net/impl/fault.hpp"

/// What a request's head must look like, by RFC 9112 and RFC 9110; no I/O.
///
/// The parser behind it is lenient where the standards allow it. Leniency is where two programs in a row (a
/// proxy and this server) understand one stream of bytes as different requests, so whatever could be read in
/// two ways is refused, and the connection is closed.
namespace bellwether::net::impl {

/// Whether the lines in `bytes` hold NUL or end with anything but CR LF. A CR that comes last may be half of
/// one.
bool has_stray_line_break(std::string_view bytes);

/// How far a head has come.
struct HeadScan {
  std::size_t skip = 0;  ///< empty lines before the request line, to be dropped (RFC 9112, 2.2)
  std::size_t size = 0;  ///< of the whole head with its empty line, after `skip`; 0 while it is not whole
  std::optional<Fault> fault;  ///< it can never become a head, or is too long
};

/// Looks at what has come of a head. `seen` bytes of it were looked at before without a result.
HeadScan scan_head(std::string_view bytes, std::size_t seen, std::size_t limit);

/// What is wrong with a whole head, from the request line to the empty line; nothing when it may be parsed.
std::optional<Fault> check_head(std::string_view head);

}  // namespace bellwether::net::impl
