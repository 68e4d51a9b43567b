#include "subscriber/kept_headers.hpp"

#include <algorithm>
#include <array>

#include "base/encoding.hpp"
#include "base/json_writer.hpp"

namespace bellwether::subscriber {

namespace {

/// Whose values hold no secret, in lower case. Of all others only the name is kept: senders and proxies
/// invent names for tokens, keys and signatures.
constexpr std::array<std::string_view, 26> kHarmlessHeaders{"accept",
                                                            "accept-charset",
                                                            "accept-encoding",
                                                            "accept-language",
                                                            "cache-control",
                                                            "connection",
                                                            "content-encoding",
                                                            "content-language",
                                                            "content-length",
                                                            "content-type",
                                                            "date",
                                                            "expect",
                                                            "forwarded",
                                                            "host",
                                                            "origin",
                                                            "sec-fetch-site",
                                                            "te",
                                                            "traceparent",
                                                            "transfer-encoding",
                                                            "user-agent",
                                                            "via",
                                                            "x-forwarded-for",
                                                            "x-forwarded-host",
                                                            "x-forwarded-proto",
                                                            "x-real-ip",
                                                            "x-request-id"};
constexpr std::string_view kNotKept = "(not kept)";

constexpr std::size_t kHeaderBytes = 1024;

bool is_harmless(const std::string& name) {
  std::string lower(name);
  std::ranges::transform(lower, lower.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return std::ranges::find(kHarmlessHeaders, lower) != kHarmlessHeaders.end();
}

}  // namespace

std::string encode_headers(const net::RequestHead* head) {
  std::string out;
  JsonWriter json(out);
  json.begin_object();
  if (head != nullptr) {
    for (const net::Header& header : head->headers) {
      json.key(header.name);
      json.value(is_harmless(header.name) ? for_message(header.value, kHeaderBytes) : std::string(kNotKept));
    }
  }
  json.end_object();
  return out;
}

}  // namespace bellwether::subscriber
