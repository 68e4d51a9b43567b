#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.hpp"

namespace bellwether::events {

/// The values of a statement's `{name:Type}` places, in the text form in which the engine reads them.
class Parameters {
 public:
  /// For {name:String}.
  Parameters& add(std::string_view name, std::string_view text);
  Parameters& add(std::string_view name, const char* text) { return add(name, std::string_view(text)); }
  /// For {name:Int64} and the like.
  Parameters& add(std::string_view name, std::int64_t number);
  /// For {name:Float64}.
  Parameters& add(std::string_view name, double number);
  /// For {name:DateTime64(3, 'UTC')}.
  Parameters& add(std::string_view name, Timestamp at);
  /// For {name:Array(String)}.
  Parameters& add(std::string_view name, const std::vector<std::string>& texts);

  /// For {name:Identifier}: a column. The engine reads it as it is, without escapes.
  Parameters& add_identifier(std::string_view name, std::string_view column) { return add_raw(name, column); }

  /// A value that is in the engine's text form already.
  Parameters& add_raw(std::string_view name, std::string_view value);

  /// All of another statement's that are not here by their names already.
  Parameters& add_missing(const Parameters& others);

  using Pairs = std::vector<std::pair<std::string, std::string>>;
  const Pairs& pairs() const { return pairs_; }

 private:
  Pairs pairs_;
};

}  // namespace bellwether::events
