#include "net/impl/tls.hpp"

#include <fmt/format.h>
#include <openssl/ssl.h>

namespace bellwether::net::impl {

namespace ssl = boost::asio::ssl;

Result<std::shared_ptr<ssl::context>> load_tls(const TlsFiles& files) {
  auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
  context->set_options(ssl::context::default_workarounds | ssl::context::single_dh_use);
  SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
  boost::system::error_code error;
  context->use_certificate_chain_file(files.certificate, error);
  if (error)
    return fail(fmt::format("the TLS certificate {} does not read: {}", files.certificate, error.message()));
  context->use_private_key_file(files.key, ssl::context::pem, error);
  if (error) {
    return fail(fmt::format("the TLS key {} cannot be used with the certificate {}: {}", files.key,
                            files.certificate, error.message()));
  }
  return context;
}

}  // namespace bellwether::net::impl
