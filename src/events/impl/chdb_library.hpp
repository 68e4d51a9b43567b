#pragma once

#include <cstddef>
#include <string>

#include "base/error.hpp"

/// libchdb.so's C interface (chdb.h of chDB 26.5), opened at run time so that only the publisher ever loads
/// its half gigabyte.
namespace bellwether::events::impl {

struct ChdbConnection;  // owned by the library
struct ChdbResult;

class ChdbLibrary {
 public:
  /// The library stays loaded until the process ends: its threads outlive its connections.
  static Result<ChdbLibrary> open(const std::string& path);

  using Query = ChdbResult* (*)(ChdbConnection* connection, const char* statement, std::size_t statement_size,
                                const char* format, std::size_t format_size, const char* const* names,
                                const std::size_t* name_sizes, const char* const* values,
                                const std::size_t* value_sizes, std::size_t count);

  ChdbConnection** (*connect)(int argc, char** argv) = nullptr;
  void (*close)(ChdbConnection** connection) = nullptr;
  Query query = nullptr;
  Query stream = nullptr;
  ChdbResult* (*fetch)(ChdbConnection* connection, ChdbResult* stream) = nullptr;
  void (*cancel)(ChdbConnection* connection, ChdbResult* stream) = nullptr;
  const char* (*buffer)(ChdbResult* result) = nullptr;
  std::size_t (*length)(ChdbResult* result) = nullptr;
  const char* (*error)(ChdbResult* result) = nullptr;
  void (*destroy)(ChdbResult* result) = nullptr;
};

}  // namespace bellwether::events::impl
