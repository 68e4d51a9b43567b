#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"

/// What an endpoint of these webhooks must do, as cases: each sends a few requests and judges what came back.
namespace bellwether::conformance {

class Probe;

enum class Stream : std::uint8_t { kCohortSync, kAlerts };

/// What a case cannot be checked without.
enum class Needs : std::uint8_t { kNothing, kMirror, kCredentials, kRestart };

struct Case {
  std::string_view name;
  std::string_view protects;  ///< from what, a sentence
  std::string_view contract;  ///< where it comes from
  Stream stream;
  Needs needs;
  void (*run)(Probe&);  ///< throws Finding or Obstacle
};

/// Why a case failed, for who must mend it.
struct Finding {
  std::string sent;
  std::string expected;
  std::string came;
  std::string mend;
};

/// Why a case cannot be checked on this endpoint.
struct Obstacle {
  std::string why;
};

enum class Verdict : std::uint8_t { kPassed, kFailed, kNotChecked };
std::string_view to_string(Verdict verdict);

struct Outcome {
  const Case* which = nullptr;
  Verdict verdict = Verdict::kPassed;
  Finding finding;          ///< when it failed
  std::string not_checked;  ///< why
  Millis took{0};
};

/// All cases, in the order in which they run.
const std::vector<Case>& suite();

// The parts of it.
std::span<const Case> answer_cases();      ///< right messages
std::span<const Case> refusal_cases();     ///< wrong ones
std::span<const Case> membership_cases();  ///< who is in a cohort afterwards
std::span<const Case> alert_cases();
std::span<const Case> closing_cases();  ///< what the others have shown

}  // namespace bellwether::conformance
