#pragma once

#include "net/http.hpp"

/// So that pages of any origin may send events. Mixpanel's browser SDK sends its requests with credentials, and then a
/// browser shows the page no answer that does not name the page's own origin (Fetch standard, CORS check): an SDK that
/// cannot read a 429 or a 503 throws its events away. No cookie opens anything here, so any origin is allowed.
namespace bellwether::publisher::cors {

/// Echoes the request's origin; without one any is allowed.
void allow(net::Response& response, const net::RequestHead& request);

/// The answer to `OPTIONS`, without what `allow` adds: the methods, and whatever headers are asked for.
net::Response preflight(const net::RequestHead& request);

}  // namespace bellwether::publisher::cors
