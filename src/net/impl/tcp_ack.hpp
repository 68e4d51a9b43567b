#pragma once

#include <optional>

#include "net/http.hpp"

namespace bellwether::net::impl {

/// After the peer closed its side: did it get every byte that we wrote? A peer that had given up before our
/// answer came answers it with a reset; one that read it acknowledges it. No value while it cannot be told
/// yet.
std::optional<Acknowledgement> acknowledgement_after_close(int socket);

}  // namespace bellwether::net::impl
