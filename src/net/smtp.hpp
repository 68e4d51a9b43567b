#pragma once

#include <string>

#include "base/error.hpp"
#include "base/time.hpp"

namespace bellwether::net {

struct SmtpServer {
  /// "smtp://mail.internal:25", "smtps://mail.example.com:465". smtp:// upgrades to TLS when the server
  /// offers it (STARTTLS); with a user it must, or nothing is sent.
  std::string url = {};
  std::string user = {};
  std::string password = {};
  std::string ca_file = {};  ///< empty: the system's certificates
};

struct Mail {
  std::string from;
  std::string to;
  std::string subject;  ///< sent as one line of at most 200 characters
  std::string text;
  /// What readers with HTML see in place of the text; it shows the picture by `<img src="cid:picture">`.
  /// Empty: the text alone is sent.
  std::string html = {};
  std::string png = {};  ///< the picture; empty: none
};

/// The message as it is sent (RFC 5322, MIME): the text alone, or both forms with the picture inside.
/// `boundary` parts them and must not be in any.
std::string compose(const Mail& mail, Timestamp now, const std::string& boundary);

/// Sends one mail over libcurl. Blocks, for at most `within`.
Result<void> send_mail(const SmtpServer& server, const Mail& mail, Timestamp now, Millis within);

}  // namespace bellwether::net
