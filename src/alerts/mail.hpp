#pragma once

#include <string>

#include "contract/alert.hpp"
#include "net/smtp.hpp"

/// A firing as a mail.
namespace bellwether::alerts {

struct MailContent {
  std::string subject;
  std::string text;
  std::string html;   ///< for readers that show it; with the chart's place
  std::string chart;  ///< as SVG; empty: none
};
MailContent to_mail(const contract::AlertMessage& message, std::string chart);

/// Sends it, the chart as a picture inside. Blocks, for at most `within`. A chart that cannot be drawn is
/// left out.
Result<void> send(const net::SmtpServer& server, const std::string& from, const std::string& to,
                  const MailContent& content, Timestamp now, Millis within);

}  // namespace bellwether::alerts
