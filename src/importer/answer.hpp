#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

/// What /import answers a batch. Pure.
namespace bellwether::importer {

struct ImportAnswer {
  struct Failure {
    std::size_t index = 0;  ///< of the record in the batch
    std::string field;
    std::string message;
  };
  std::uint64_t imported = 0;
  std::vector<Failure> failures;
};

/// Fails when `body` is not an answer to a batch of `records`: then it is not known what was imported.
Result<ImportAnswer> parse_import_answer(std::string_view body, std::size_t records);

/// The `error` of an answer that refuses a whole batch; empty when it has none.
std::string import_error(std::string_view body);

}  // namespace bellwether::importer
