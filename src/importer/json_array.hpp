#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "importer/json_nesting.hpp"
#include "importer/place.hpp"

namespace bellwether::importer {

/// Takes a JSON array apart as it comes, in pieces that end anywhere. Holds one element. One thread.
class JsonArray {
 public:
  struct Element {
    std::string_view text;   ///< without blanks around it; valid until the call returns
    std::uint64_t size = 0;  ///< more than `text` has when it was larger than allowed
    std::uint64_t line = 0;  ///< where it begins, from 1
    Place behind;            ///< where the separator behind it ends
  };
  using OnElement = std::function<bool(const Element& element)>;

  explicit JsonArray(std::size_t max_element_bytes) : max_element_bytes_(max_element_bytes) {}

  /// False when `on_element` wants no more. Fails when it is not an array, or something stands behind it.
  Result<bool> take(std::string_view piece, const OnElement& on_element);
  /// At the end of the file. Fails when the array does not end.
  Result<void> finish() const;

 private:
  enum class State { kBefore, kBetween, kElement, kBehind };
  Result<void> take_outside(char c);
  bool end_element(const OnElement& on_element);
  void keep(char c);

  const std::size_t max_element_bytes_;
  State state_ = State::kBefore;
  JsonNesting nesting_;  ///< within the element
  std::string element_;
  std::uint64_t size_ = 0;  ///< of the element, kept or not
  std::uint64_t begins_at_line_ = 0;
  std::uint64_t line_ = 1;
  Place at_;  ///< behind what was taken; within `take`, behind the element before
};

}  // namespace bellwether::importer
