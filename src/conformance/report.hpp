#pragma once

#include <string>
#include <vector>

#include "conformance/suite.hpp"

/// What a run of the suite has shown, for people and programs.
namespace bellwether::conformance {

struct Totals {
  std::size_t passed = 0;
  std::size_t failed = 0;
  std::size_t not_checked = 0;
};
Totals count(const std::vector<Outcome>& outcomes);

/// One line, as a case ends.
std::string line_of(const Outcome& outcome);
/// What to mend, and how many passed.
std::string summary(const std::vector<Outcome>& outcomes);
/// `{"passed", "failed", "not_checked", "cases": [{"name", "verdict", …}]}`
std::string to_json(const std::vector<Outcome>& outcomes);
/// JUnit's XML, which CI systems read. What was not checked is `skipped`.
std::string to_junit(const std::vector<Outcome>& outcomes);
/// The cases, with what each protects from and where it comes from.
std::string list(const std::vector<const Case*>& cases);

}  // namespace bellwether::conformance
