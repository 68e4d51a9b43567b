#pragma once

#include <cstddef>

#include "base/error.hpp"

/// File descriptors, of which a process has a limited number.
///
/// Each connection takes one. If strangers' connections could take all, the private listener, the storage and
/// outgoing requests would fail with them. So the limit is raised as far as the system lets us, and what a
/// service needs itself is set aside before connections get any.
namespace bellwether::net {

/// Raises the soft limit of open files to the hard one. Returns the limit that holds then.
std::size_t raise_descriptor_limit();

/// How many connections the public listener may have: `wanted`, or what `limit` leaves when `own` are set
/// aside. Fails when too few are left to serve anybody.
Result<std::size_t> connections_within(std::size_t limit, std::size_t wanted, std::size_t own);

/// The same with this process's limit, raised; logs when there are fewer than wanted.
Result<std::size_t> reserve_descriptors(std::size_t wanted, std::size_t own);

}  // namespace bellwether::net
