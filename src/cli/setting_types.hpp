#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.hpp"
#include "cli/setting.hpp"
#include "net/address.hpp"

/// The types that a setting can have. Each takes where the value lives in `Settings`.
namespace bellwether::cli {

template <typename T>
using Place = std::function<T&(Settings&)>;

Setting text_setting(std::string_view key, std::string_view comment, const Place<std::string>& place);
Setting flag_setting(std::string_view key, std::string_view comment, const Place<bool>& place);
Setting address_setting(std::string_view key, std::string_view comment, const Place<net::Address>& place);
Setting count_setting(std::string_view key, std::string_view comment, std::int64_t least, std::int64_t most,
                      const Place<std::size_t>& place);
Setting duration_setting(std::string_view key, std::string_view comment, const Place<Millis>& place);

/// Words in one string, parted by commas.
Setting words_setting(std::string_view key, std::string_view comment,
                      const Place<std::vector<std::string>>& place);

std::unexpected<Error> expected(std::string_view what, const Value& found);
std::string quote_toml(std::string_view text);

/// One of a few words.
template <typename T>
Setting choice_setting(std::string_view key, std::string_view comment,
                       const std::vector<std::pair<std::string_view, T>>& choices, const Place<T>& place) {
  const auto set = [choices, place](Settings& settings, const Value& value) -> Result<void> {
    std::string allowed;
    for (const auto& [name, choice] : choices) {
      const auto* text = std::get_if<std::string>(&value);
      if (text != nullptr && *text == name) {
        place(settings) = choice;
        return {};
      }
      allowed += (allowed.empty() ? "" : ", ") + quote_toml(name);
    }
    return expected("one of " + allowed, value);
  };
  const auto show = [choices, place](const Settings& settings) {
    Settings copy = settings;
    for (const auto& [name, choice] : choices) {
      if (place(copy) == choice) return quote_toml(name);
    }
    return std::string();
  };
  return {key, comment, set, show};
}

}  // namespace bellwether::cli
