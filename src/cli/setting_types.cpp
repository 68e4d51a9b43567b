#include "cli/setting_types.hpp"

#include <sstream>

#include <fmt/format.h>

#include "base/encoding.hpp"

namespace bellwether::cli {

namespace {

std::string describe(const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return quote_toml(for_message(*text));
  if (const auto* number = std::get_if<std::int64_t>(&value)) return std::to_string(*number);
  return std::get<bool>(value) ? "true" : "false";
}

std::string show_duration(Millis time) {
  using namespace std::chrono;
  if (time == Millis(0)) return "0s";
  if (time % days(1) == Millis(0)) return fmt::format("{}d", time / days(1));
  if (time % hours(1) == Millis(0)) return fmt::format("{}h", time / hours(1));
  if (time % minutes(1) == Millis(0)) return fmt::format("{}m", time / minutes(1));
  if (time % seconds(1) == Millis(0)) return fmt::format("{}s", time / seconds(1));
  return fmt::format("{}ms", time.count());
}

/// The setting's value, whose place is only known for settings that can be written.
template <typename T>
T value_at(const Place<T>& place, const Settings& settings) {
  Settings copy = settings;
  return place(copy);
}

}  // namespace

std::unexpected<Error> expected(std::string_view what, const Value& found) {
  return fail(fmt::format("expected {}, found {}", what, describe(found)));
}

std::string quote_toml(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

Setting text_setting(std::string_view key, std::string_view comment, const Place<std::string>& place) {
  return {key, comment,
          [place](Settings& settings, const Value& value) -> Result<void> {
            const auto* text = std::get_if<std::string>(&value);
            if (text == nullptr) return expected("a string", value);
            place(settings) = *text;
            return {};
          },
          [place](const Settings& settings) { return quote_toml(value_at(place, settings)); }};
}

Setting flag_setting(std::string_view key, std::string_view comment, const Place<bool>& place) {
  return {key, comment,
          [place](Settings& settings, const Value& value) -> Result<void> {
            const auto* text = std::get_if<std::string>(&value);
            if (const auto* flag = std::get_if<bool>(&value)) {
              place(settings) = *flag;
            } else if (text != nullptr && (*text == "true" || *text == "false")) {
              place(settings) = *text == "true";
            } else {
              return expected("true or false", value);
            }
            return {};
          },
          [place](const Settings& settings) {
            return std::string(value_at(place, settings) ? "true" : "false");
          }};
}

Setting address_setting(std::string_view key, std::string_view comment, const Place<net::Address>& place) {
  return {key, comment,
          [place](Settings& settings, const Value& value) -> Result<void> {
            const auto* text = std::get_if<std::string>(&value);
            const auto address = text != nullptr ? net::parse_address(*text) : fail("");
            if (!address) return expected("an address such as \"127.0.0.1:8080\"", value);
            place(settings) = *address;
            return {};
          },
          [place](const Settings& settings) { return quote_toml(value_at(place, settings).to_string()); }};
}

Setting count_setting(std::string_view key, std::string_view comment, std::int64_t least, std::int64_t most,
                      const Place<std::size_t>& place) {
  return {key, comment,
          [place, least, most](Settings& settings, const Value& value) -> Result<void> {
            const auto* text = std::get_if<std::string>(&value);
            const auto* number = std::get_if<std::int64_t>(&value);
            const auto count = number != nullptr ? std::optional(*number)
                               : text != nullptr ? parse_integer(*text)
                                                 : std::nullopt;
            if (!count || *count < least || *count > most) {
              return expected(fmt::format("an integer from {} to {}", least, most), value);
            }
            place(settings) = static_cast<std::size_t>(*count);
            return {};
          },
          [place](const Settings& settings) { return std::to_string(value_at(place, settings)); }};
}

Setting duration_setting(std::string_view key, std::string_view comment, const Place<Millis>& place) {
  return {key, comment,
          [place](Settings& settings, const Value& value) -> Result<void> {
            const auto* text = std::get_if<std::string>(&value);
            const auto duration = text != nullptr ? parse_duration(*text) : std::nullopt;
            if (!duration)
              return expected("a time such as \"250ms\", \"30s\", \"15m\", \"12h\" or \"3d\"", value);
            place(settings) = *duration;
            return {};
          },
          [place](const Settings& settings) { return quote_toml(show_duration(value_at(place, settings))); }};
}

Setting words_setting(std::string_view key, std::string_view comment,
                      const Place<std::vector<std::string>>& place) {
  return {key, comment,
          [place](Settings& settings, const Value& value) -> Result<void> {
            const auto* text = std::get_if<std::string>(&value);
            if (text == nullptr) return expected("a string", value);
            std::istringstream words(*text);
            place(settings).clear();
            for (std::string word; std::getline(words, word, ',');) {
              const std::size_t begin = word.find_first_not_of(' ');
              if (begin == std::string::npos) continue;
              place(settings).push_back(word.substr(begin, word.find_last_not_of(' ') - begin + 1));
            }
            return {};
          },
          [place](const Settings& settings) {
            return quote_toml(fmt::format("{}", fmt::join(value_at(place, settings), ", ")));
          }};
}

}  // namespace bellwether::cli
