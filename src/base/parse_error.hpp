#pragma once

#include <string>
#include <utility>

namespace bellwether {

/// What is wrong with something that people or programs have written, and where in it:
///
///     groups[0].conditions[1].did.count.op: must be one of "=", "!=", "<", …
///
/// A reader of nested data throws it from where the fault is found. The function that began to read catches it and
/// returns it as a value.
struct ParseError {
  std::string path;     ///< "groups[0].conditions[1].did.count.op"; empty for the whole
  std::string message;  ///< what is expected there
  std::string describe() const { return path.empty() ? message : path + ": " + message; }
};

}  // namespace bellwether
