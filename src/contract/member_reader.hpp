#pragma once

#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "contract/decode_error.hpp"

namespace bellwether::contract {

struct Member {
  std::string_view distinct_id;
  /// All other fields of the member as a JSON object, each value byte for byte as it came.
  std::string_view properties;
};

/// Walks a `members` array that `decode_cohort_page` has accepted. Keeps its buffers from array to array.
class MemberReader {
 public:
  MemberReader();
  ~MemberReader();
  MemberReader(MemberReader&&) noexcept;
  MemberReader& operator=(MemberReader&&) noexcept;

  /// Calls `visit` for each member that has an id, in order; its views are valid during the call.
  /// Fails when the array is not one that was accepted (a damaged file).
  std::expected<void, DecodeError> read(std::string_view members_json,
                                        const std::function<void(const Member&)>& visit);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace bellwether::contract
