#pragma once

#include <source_location>
#include <stdexcept>

namespace bellwether {

/// Something that the code relies on is not so: a fault of ours. It ends the work in hand and not the process: a
/// transaction is rolled back, a request is answered 500, a background loop logs it and goes on.
class AssertionFailed : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

[[noreturn]] void fail_assertion(const char* condition, const std::source_location& where);

}  // namespace bellwether

/// States what the code below relies on; checked in release builds too. Not in destructors and `noexcept` functions.
#define ASSERT(condition) \
  ((condition) ? void(0) : ::bellwether::fail_assertion(#condition, std::source_location::current()))
