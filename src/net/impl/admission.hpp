#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// Who gets a connection when there are too many; no I/O.
///
/// Refusing the newest would let anybody shut the door by holding connections and doing nothing. So a new one
/// takes the place of the one that has used its own least: of the same client when that has as many as one
/// client may, else of the client that has most.
namespace bellwether::net::impl {

/// What a connection is doing.
enum class Phase : std::uint8_t {
  kOpening,    ///< the TLS handshake
  kIdle,       ///< between requests
  kHead,       ///< a request has begun
  kBody,       ///< its head was accepted
  kAnswering,  ///< a whole request is with the application, or its answer is on the way
  kClosing,    ///< we have closed our side
  kLeaving,    ///< was told to give way
};

struct Standing {
  std::string client;  ///< as limits for one client count it; empty: a trusted proxy
  Phase phase = Phase::kIdle;
  std::chrono::nanoseconds since{};  ///< how long it has been in this phase
};

struct AdmissionLimits {
  std::size_t connections = 0;
  std::size_t per_client = 0;
};

struct Admission {
  bool admitted = false;
  std::optional<std::size_t> gives_way = std::nullopt;  ///< the connection to be closed for it
};

/// Whether a new connection of `client` may come in beside those that stand.
Admission admit(const std::vector<Standing>& standing, const std::string& client,
                const AdmissionLimits& limits);

}  // namespace bellwether::net::impl
