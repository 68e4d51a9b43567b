#include "base/exact_json.hpp"

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

}  // namespace

json::value parse_exact_json(std::string_view text, boost::system::error_code& wrong,
                             const json::parse_options& options) {
  static thread_local dom::parser parser;
  dom::element document;
  json::value value;
  // What the one parser does not take, the other judges: its errors are those that are told.
  if (parser.parse(text.data(), text.size()).get(document) != simdjson::SUCCESS ||
      !convert(document, options.max_depth, value))
    return json::parse(text, wrong, {}, options);
  wrong = {};
  return value;
}

json::value parse_exact_json(std::string_view text, const json::parse_options& options) {
  boost::system::error_code wrong;
  json::value value = parse_exact_json(text, wrong, options);
  if (wrong) throw boost::system::system_error(wrong);
  return value;
}

}  // namespace bellwether
