#pragma once

#include <memory>

#include <boost/asio/ssl/context.hpp>

#include "base/error.hpp"
#include "net/server.hpp"

namespace bellwether::net::impl {

/// A server's TLS settings: TLS 1.2 and newer, the library's cipher list. Fails when the files do not read or
/// do not belong together.
Result<std::shared_ptr<boost::asio::ssl::context>> load_tls(const TlsFiles& files);

}  // namespace bellwether::net::impl
