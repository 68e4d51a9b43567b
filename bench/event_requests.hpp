#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "base/encoding.hpp"

/// Requests with events, as the publisher's clients send them.
namespace bellwether::bench {

/// A row of a table.
inline std::string small_event(std::uint64_t i) {
  return fmt::format(
      R"({{"event":"Buy","properties":{{"time":{},"distinct_id":"person-{}","$insert_id":"insert-{}","amount":{}.5,"product":"tea","city":"Bern","plan":"free","visits":{}}}}})",
      1767323045000 + i, i, i, i % 100, i % 7);
}

/// With what mixpanel-browser adds to each event.
inline std::string browser_event(std::uint64_t i, std::string_view token) {
  return fmt::format(
      R"({{"event":"Item viewed","properties":{{"$os":"Windows","$browser":"Chrome","$browser_version":126,"$current_url":"https://shop.example/tea/{0}?utm_source=mail","$screen_height":1080,"$screen_width":1920,"mp_lib":"web","$lib_version":"2.83.0","$insert_id":"b{0:x}","time":{1}.{2:03},"distinct_id":"$device:18f3a2-{3}","$device_id":"18f3a2-{3}","$initial_referrer":"https://search.example/","$initial_referring_domain":"search.example","$referrer":"https://shop.example/","$referring_domain":"shop.example","utm_source":"mail","current_page_title":"Tea for two","item":"tea {4}","price":{5}.5,"in_stock":true,"token":"{6}"}}}})",
      i, 1767323045 + i / 1000, i % 1000, i % 50'000, i % 500, i % 90, token);
}

inline std::string import_request(std::string_view events, std::string_view credentials) {
  return fmt::format(
      "POST /import?strict=1&project_id=8 HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ndjson\r\n"
      "Authorization: Basic {}\r\nContent-Length: {}\r\n\r\n{}",
      credentials, events.size(), events);
}

/// As Chromium sends what the SDK gives it.
inline std::string track_request(std::string_view events) {
  const std::string body = "data=" + to_percent_encoding(to_base64(events));
  return fmt::format(
      "POST /track/?verbose=1&ip=1&_=1767323045000 HTTP/1.1\r\nHost: localhost\r\nConnection: keep-alive\r\n"
      "Content-Type: application/x-www-form-urlencoded\r\nAccept: */*\r\nOrigin: https://shop.example\r\n"
      "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36\r\n"
      "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: cors\r\nReferer: https://shop.example/\r\nAccept-Encoding: gzip, deflate, br, zstd\r\n"
      "Accept-Language: en-US,en;q=0.9\r\nContent-Length: {}\r\n\r\n{}",
      body.size(), body);
}

}  // namespace bellwether::bench
