#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <utility>

/// What can fail in normal operation is returned, not thrown: `Result<T>` is a value or an `Error`. CONTRIBUTING.md
/// says which exceptions there are beside it, and where each ends.
namespace bellwether {

struct Error {
  /// What the caller can do about it.
  enum class Kind : std::uint8_t {
    kFailed,    ///< nothing; a person reads the message
    kInvalid,   ///< what was asked is wrong: ask differently
    kNotFound,  ///< what it refers to is not there
    kConflict,  ///< the name is taken, or it is in use, or a limit is reached
  };
  Kind kind = Kind::kFailed;
  std::string message;  ///< one sentence for the person who can fix it; says what to do
};

template <typename T>
using Result = std::expected<T, Error>;

inline std::unexpected<Error> fail(Error::Kind kind, std::string message) {
  return std::unexpected(Error{kind, std::move(message)});
}
inline std::unexpected<Error> fail(std::string message) {
  return fail(Error::Kind::kFailed, std::move(message));
}

}  // namespace bellwether

/// The value of an `std::expected`; returns its error from the function when it has none:
///
///     const std::int64_t id = TRY(parse_id(text));
///     TRY(check_name(name));
///
/// Not in coroutines, which return by `co_return`.
#define TRY(...)                                                                      \
  __extension__({                                                                     \
    auto&& tried = (__VA_ARGS__);                                                     \
    if (!tried) return std::unexpected(std::forward<decltype(tried)>(tried).error()); \
    *std::forward<decltype(tried)>(tried);                                            \
  })
