#pragma once

#include <array>
#include <cstddef>
#include <expected>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json/fwd.hpp>

#include "base/parse_error.hpp"
#include "selection/selection.hpp"

/// Reads definitions (of cohorts, of reports) from JSON and says where something is wrong:
///
///     groups[0].conditions[1].did.count.op: must be one of "=", "!=", "<", …
namespace bellwether::selection {

/// Throws a `ParseError`, as everything below does; `read_definition` turns it into a value.
[[noreturn]] void refuse(const std::string& path, std::string message);

/// Parses the text and calls `read` with it.
std::expected<void, ParseError> read_definition(std::string_view text,
                                                const std::function<void(const boost::json::value&)>& read);

/// An object of which every key must be known.
class ObjectReader {
 public:
  ObjectReader(const boost::json::value& value, std::string path,
               std::initializer_list<std::string_view> keys);

  const boost::json::value* find(std::string_view key) const;
  const boost::json::value& at(std::string_view key) const;
  std::string at_path(std::string_view key) const;
  const std::string& path() const { return path_; }
  std::size_t size() const;

 private:
  std::string path_;
  const boost::json::object* object_ = nullptr;
};

/// A text of 1 to 255 bytes.
std::string read_name(const boost::json::value& value, const std::string& path);
double read_number(const boost::json::value& value, const std::string& path);
std::int64_t read_whole_number(const boost::json::value& value, const std::string& path, std::int64_t least,
                               std::int64_t most);
/// "90s", "30m", "12h", "7d": a second or more.
Millis read_duration(const boost::json::value& value, const std::string& path);
Timestamp read_instant(const boost::json::value& value, const std::string& path);

template <typename T>
using Word = std::pair<std::string_view, T>;

/// The index of the word among `words`.
std::size_t read_word_index(const boost::json::value& value, const std::string& path,
                            const std::vector<std::string_view>& words);

template <typename T, std::size_t N>
T read_word(const boost::json::value& value, const std::string& path, const std::array<Word<T>, N>& words) {
  std::vector<std::string_view> names;
  names.reserve(N);
  for (const auto& [name, meaning] : words) names.push_back(name);
  return words[read_word_index(value, path, names)].second;
}

using OnItem = std::function<void(const boost::json::value& item, const std::string& path)>;
/// An array of `least` to `most` items.
void for_each_item(const boost::json::value& value, const std::string& path, std::size_t least,
                   std::size_t most, const OnItem& each);

Filter read_filter(const boost::json::value& value, const std::string& path);
/// `event` and `where` of an object.
EventSelection read_selection(const ObjectReader& object);
/// An object's `within`; everything when it has none.
Range read_range(const ObjectReader& parent);

}  // namespace bellwether::selection
