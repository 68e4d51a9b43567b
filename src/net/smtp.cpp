#include "net/smtp.hpp"

#include <algorithm>
#include <array>
#include <memory>

#include <curl/curl.h>
#include <fmt/chrono.h>
#include <fmt/format.h>

#include "base/encoding.hpp"
#include "base/random_key.hpp"
#include "base/shorten.hpp"

namespace bellwether::net {

namespace {

/// A header must be one line.
std::string one_line(std::string text) {
  std::ranges::replace_if(text, [](char c) { return c == '\r' || c == '\n'; }, ' ');
  return text;
}

/// As encoded words (RFC 2047) of whole characters, each on a line of its own: at most 75 characters a word
/// and 76 a line. Control characters would be header lines or terminal commands for some readers.
std::string encoded_header(std::string_view text) {
  constexpr std::size_t kWordBytes = 39;
  std::string plain = shorten(text, kReadableCharacters);
  std::ranges::replace_if(
      plain, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; }, ' ');
  std::string words;
  std::string_view rest = plain;
  do {
    const std::string_view word = cut_to_bytes(rest, kWordBytes);
    words += fmt::format("{}=?utf-8?B?{}?=", words.empty() ? "" : "\r\n ", to_base64(word));
    rest.remove_prefix(word.size());
  } while (!rest.empty());
  return words;
}

/// Whether the connection must be encrypted: a password must not be sent in the clear. The URL can hold one
/// too.
bool needs_tls(const SmtpServer& server) {
  const std::size_t scheme = server.url.find("://");
  const std::string_view rest =
      std::string_view(server.url).substr(scheme == std::string::npos ? 0 : scheme + 3);
  return !server.user.empty() || rest.substr(0, rest.find('/')).contains('@');
}

/// In base64, so that any line length and character passes.
std::string encoded(const std::string& body) {
  constexpr std::size_t kLine = 76;
  const std::string text = to_base64(body);
  std::string lines;
  for (std::size_t at = 0; at < text.size(); at += kLine) lines += text.substr(at, kLine) + "\r\n";
  return lines;
}

std::string part(std::string_view type, const std::string& body, std::string_view more = "") {
  return fmt::format("Content-Type: {}\r\nContent-Transfer-Encoding: base64\r\n{}\r\n{}", type, more,
                     encoded(body));
}

struct Upload {
  std::string text;
  std::size_t sent = 0;
};

std::size_t give(char* buffer, std::size_t size, std::size_t count, void* given) {
  auto& upload = *static_cast<Upload*>(given);
  const std::size_t piece = std::min(size * count, upload.text.size() - upload.sent);
  std::copy_n(upload.text.data() + upload.sent, piece, buffer);
  upload.sent += piece;
  return piece;
}

}  // namespace

std::string compose(const Mail& mail, Timestamp now, const std::string& boundary) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now);
  std::string message = fmt::format(
      "Date: {:%a, %d %b %Y %H:%M:%S} +0000\r\nFrom: {}\r\nTo: {}\r\nSubject: {}\r\n"
      "MIME-Version: 1.0\r\n",
      fmt::gmtime(std::chrono::system_clock::to_time_t(seconds)), one_line(mail.from), one_line(mail.to),
      encoded_header(mail.subject));
  const std::string text = part("text/plain; charset=utf-8", mail.text);
  if (mail.html.empty()) return message + text;
  // The forms are alternatives; the picture belongs to the HTML (RFC 2387).
  const std::string related = boundary + "-related";
  message += fmt::format(
      "Content-Type: multipart/alternative; boundary=\"{0}\"\r\n\r\n--{0}\r\n{1}--{0}\r\nContent-Type: "
      "multipart/related; boundary=\"{2}\"\r\n\r\n--{2}\r\n{3}",
      boundary, text, related, part("text/html; charset=utf-8", mail.html));
  if (!mail.png.empty())
    message +=
        fmt::format("--{}\r\n{}", related,
                    part("image/png", mail.png,
                         "Content-ID: <picture>\r\nContent-Disposition: inline; filename=\"chart.png\"\r\n"));
  return message + fmt::format("--{}--\r\n--{}--\r\n", related, boundary);
}

Result<void> send_mail(const SmtpServer& server, const Mail& mail, Timestamp now, Millis within) {
  const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> handle(curl_easy_init(), curl_easy_cleanup);
  const std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> to(
      curl_slist_append(nullptr, fmt::format("<{}>", one_line(mail.to)).c_str()), curl_slist_free_all);
  Upload upload{compose(mail, now, "part-" + random_key())};
  std::array<char, CURL_ERROR_SIZE> error{};
  CURL* curl = handle.get();
  curl_easy_setopt(curl, CURLOPT_URL, server.url.c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  curl_easy_setopt(curl, CURLOPT_PROXY, "");
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_USE_SSL,
                   static_cast<long>(needs_tls(server) ? CURLUSESSL_ALL : CURLUSESSL_TRY));
  if (!server.ca_file.empty()) curl_easy_setopt(curl, CURLOPT_CAINFO, server.ca_file.c_str());
  if (!server.user.empty()) {
    curl_easy_setopt(curl, CURLOPT_USERNAME, server.user.c_str());
    curl_easy_setopt(curl, CURLOPT_PASSWORD, server.password.c_str());
  }
  curl_easy_setopt(curl, CURLOPT_MAIL_FROM, fmt::format("<{}>", one_line(mail.from)).c_str());
  curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, to.get());
  curl_easy_setopt(curl, CURLOPT_READFUNCTION, give);
  curl_easy_setopt(curl, CURLOPT_READDATA, &upload);
  curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(within.count()));
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, error.data());
  const CURLcode code = curl_easy_perform(curl);
  if (code == CURLE_OK) return {};
  if (code == CURLE_USE_SSL_FAILED)
    return fail(
        "the mail server offers no encryption (STARTTLS), so the user and password were not sent to it: use "
        "an smtps:// URL or a server with STARTTLS, or remove notify.smtp_user and notify.smtp_password");
  return fail(error[0] != '\0' ? error.data() : curl_easy_strerror(code));
}

}  // namespace bellwether::net
