#include "base/exact_json.hpp"

#include <algorithm>
#include <string>

#include <simdjson.h>

namespace bellwether {

namespace {

namespace json = boost::json;
namespace dom = simdjson::dom;

/// No value when it nests more than `depth` arrays and objects.
bool convert(const dom::element& from, std::size_t depth, json::value& to) {
  switch (from.type()) {
    case dom::element_type::ARRAY: {
      if (depth == 0) return false;
      json::array& array = to.emplace_array();
      for (const dom::element item : dom::array(from)) {
        if (!convert(item, depth - 1, array.emplace_back(nullptr))) return false;
      }
      return true;
    }
    case dom::element_type::OBJECT: {
      if (depth == 0) return false;
      json::object& object = to.emplace_object();
      for (const auto& [key, value] : dom::object(from)) {
        if (!convert(value, depth - 1, object[key])) return false;
      }
      return true;
    }
    case dom::element_type::STRING:
      to = std::string_view(from);
      return true;
    case dom::element_type::DOUBLE:
      to = double(from);
      return true;
    case dom::element_type::INT64:
      to = int64_t(from);
      return true;
    case dom::element_type::UINT64:
      to = uint64_t(from);
      return true;
    case dom::element_type::BOOL:
      to = bool(from);
      return true;
    default:
      to = nullptr;
      return true;
  }
}

/// The text with each whole number of so many digits written as a double ("…0.0"): the engine prints doubles like that.
std::string with_points(std::string_view text) {
  constexpr std::size_t kDigitsOf64Bits = 19;
  std::string out;
  out.reserve(text.size() + 16);
  bool in_string = false;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t digits =
        in_string ? 0 : std::min(text.find_first_not_of("0123456789", i), text.size()) - i;
    if (digits > 0) {
      out += text.substr(i, digits);
      i += digits;
      const bool is_whole = i == text.size() || (text[i] != '.' && text[i] != 'e' && text[i] != 'E');
      // Behind a point or an exponent they are no number of their own.
      const std::size_t begin = out.size() - digits;
      const bool is_part = begin > 0 && std::string_view(".eE+").contains(out[begin - 1]);
      if (digits >= kDigitsOf64Bits && is_whole && !is_part) out += ".0";
      continue;
    }
    const char c = text[i++];
    out += c;
    if (in_string && c == '\\' && i < text.size()) out += text[i++];
    if (c == '"') in_string = !in_string;
  }
  return out;
}

/// False when it is not read: then `value` is not to be used.
bool read(std::string_view text, const json::parse_options& options, json::value& value,
          simdjson::error_code& code) {
  static thread_local dom::parser parser;
  dom::element document;
  code = parser.parse(text.data(), text.size()).get(document);
  return code == simdjson::SUCCESS && convert(document, options.max_depth, value);
}

}  // namespace

json::value parse_exact_json(std::string_view text, boost::system::error_code& wrong,
                             const json::parse_options& options) {
  json::value value;
  simdjson::error_code code{};
  wrong = {};
  if (read(text, options, value, code)) return value;
  const bool has_long_number = code == simdjson::NUMBER_ERROR;
  if (has_long_number && read(with_points(text), options, value, code)) return value;
  // What the one parser does not take, the other judges: its errors are those that are told.
  return json::parse(text, wrong, {}, options);
}

json::value parse_exact_json(std::string_view text, const json::parse_options& options) {
  boost::system::error_code wrong;
  json::value value = parse_exact_json(text, wrong, options);
  if (wrong) throw boost::system::system_error(wrong);
  return value;
}

}  // namespace bellwether
