#pragma once

#include <expected>
#include <string>
#include <utility>

/// What can fail in normal operation is returned, not thrown: `Result<T>` is a value or an `Error`.
/// The one exception is `storage::StorageError` (see storage/database.hpp), which unwinds a transaction.
namespace bellwether {

struct Error {
  std::string message;  ///< one sentence for the person who can mend it; says what to do
};

template <typename T>
using Result = std::expected<T, Error>;

inline std::unexpected<Error> fail(std::string message) {
  return std::unexpected(Error{std::move(message)});
}

}  // namespace bellwether
