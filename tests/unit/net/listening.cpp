#include "unit/net/listening.hpp"

#include <cstdio>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "support/temporary_folder.hpp"

namespace bellwether::net::testing {

namespace {

TlsFiles write_self_signed(const ::bellwether::testing::TemporaryFolder& folder) {
  TlsFiles files{folder.file("certificate.pem"), folder.file("key.pem")};
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* certificate = X509_new();
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -60);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 86400);
  X509_set_pubkey(certificate, key);
  X509_NAME* name = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("localhost"),
                             -1, -1, 0);
  X509_set_issuer_name(certificate, name);
  X509_sign(certificate, key, EVP_sha256());
  if (std::FILE* file = std::fopen(files.certificate.c_str(), "w")) {
    PEM_write_X509(file, certificate);
    std::fclose(file);
  }
  if (std::FILE* file = std::fopen(files.key.c_str(), "w")) {
    PEM_write_PrivateKey(file, key, nullptr, nullptr, 0, nullptr, nullptr);
    std::fclose(file);
  }
  X509_free(certificate);
  EVP_PKEY_free(key);
  return files;
}

}  // namespace

TlsFiles self_signed() {
  static const ::bellwether::testing::TemporaryFolder kFolder;
  static const TlsFiles kFiles = write_self_signed(kFolder);
  return kFiles;
}

}  // namespace bellwether::net::testing
