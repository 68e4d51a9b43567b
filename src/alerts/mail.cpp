#include "alerts/mail.hpp"

#include <fmt/format.h>

#include "base/log.hpp"
#include "base/markup.hpp"
#include "charts/png.hpp"

namespace bellwether::alerts {

namespace {

/// Twice as many pixels as are shown, for sharp screens.
constexpr int kPictureWidth = 1280;

}  // namespace

MailContent to_mail(const contract::AlertMessage& message, std::string chart) {
  MailContent content{
      .subject = fmt::format("{}: {}", message.alert_name, message.sentence),
      .text =
          fmt::format("{} of project {} is {}: {}.\n\nReport:      {}\nRoot cause:  {}\nEdit alert:  {}\n",
                      message.report_name, message.project_name, message.formatted_value, message.sentence,
                      message.report_url, message.root_cause_analysis_url, message.edit_alert_url),
      .chart = std::move(chart)};
  const Markup picture = content.chart.empty() ? Markup()
                                               : markup(
                                                     "<p><img src=\"cid:picture\" width=\"640\" alt=\"{} up "
                                                     "to now\" style=\"max-width:100%\"></p>",
                                                     message.report_name);
  content.html = markup(
                     "<!doctype html><html><body "
                     "style=\"font-family:sans-serif;color:#1d2733\"><p><strong>{}</strong></p>"
                     "<p>{} of project {} is <strong>{}</strong>: {}.</p>{}<p><a href=\"{}\">Report</a> · <a "
                     "href=\"{}\">Root cause</a> · <a href=\"{}\">Edit alert</a></p></body></html>\n",
                     message.alert_name, message.report_name, message.project_name, message.formatted_value,
                     message.sentence, picture, message.report_url, message.root_cause_analysis_url,
                     message.edit_alert_url)
                     .text();
  return content;
}

Result<void> send(const net::SmtpServer& server, const std::string& from, const std::string& to,
                  const MailContent& content, Timestamp now, Millis within) {
  net::Mail mail{from, to, content.subject, content.text, content.html, {}};
  if (!content.chart.empty()) {
    auto png = charts::to_png(content.chart, kPictureWidth);
    if (png) {
      mail.png = std::move(*png);
    } else {
      log::warn("a mail goes without its chart", {{"error", png.error().message}});
    }
  }
  return net::send_mail(server, mail, now, within);
}

}  // namespace bellwether::alerts
