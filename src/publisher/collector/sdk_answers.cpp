#include "publisher/collector/sdk_answers.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace bellwether::publisher {

namespace {

struct Known {
  std::string_view path;
  std::string_view question;
  std::string_view answer;
};
constexpr std::array kKnown{
    Known{"/flags", "/flags", R"({"code":200,"flags":{}})"},
    Known{"/flags/definitions", "/flags", R"({"flags":[]})"},
    // A browser's SDK takes settings without a key that it knows for an error, and a phone's takes a missing
    // `recording` for leave to record.
    Known{
        "/settings", "/settings",
        R"({"recording":{"is_enabled":false,"error":null},"sdk_config":{"config":{"record_sessions_percent":0}}})"},
    Known{"/decide", "/decide", R"({"notifications":[],"surveys":[],"config":{}})"},
    Known{"/record", "/record", R"({"code":200,"status":"OK"})"},
};
/// The SDK tells of the first time that a flag's event was seen.
constexpr Known kFirstTime{"/flags/*/first-time-events", "/flags", "{}"};

const Known* find(std::string_view path) {
  const auto* found = std::ranges::find(kKnown, path, &Known::path);
  if (found != kKnown.end()) return found;
  return path.starts_with("/flags/") && path.ends_with("/first-time-events") ? &kFirstTime : nullptr;
}

}  // namespace

std::optional<net::Response> sdk_answer(std::string_view path) {
  const Known* known = find(path);
  if (known == nullptr) return std::nullopt;
  return net::Response{.body = std::string(known->answer)};
}

std::string_view sdk_question(std::string_view path) {
  const Known* known = find(path);
  return known == nullptr ? std::string_view() : known->question;
}

}  // namespace bellwether::publisher
