#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

namespace bellwether::ingestion::impl {

/// A list that is appended to, united with and removed from many times: each step costs about the size of
/// what it brings.
class ListEditor {
 public:
  explicit ListEditor(boost::json::array items);

  void append(const boost::json::value& item);
  /// Appends what the list does not hold yet.
  void unite(const boost::json::array& items);
  /// Removes an item wherever it is.
  void remove(const boost::json::value& item);

  boost::json::array finish() const;

 private:
  void index();

  std::vector<std::optional<boost::json::value>> items_;  ///< none: removed
  bool indexed_ = false;
  std::unordered_map<std::string, std::vector<std::size_t>> places_;  ///< by the item's canonical text
};

/// The same text for equal values: the keys of objects are sorted.
std::string canonical_text(const boost::json::value& value);

}  // namespace bellwether::ingestion::impl
