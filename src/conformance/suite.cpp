#include "conformance/suite.hpp"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "conformance/probe.hpp"

namespace bellwether::conformance {

namespace {

void no_4xx_for_valid(Probe& probe) {
  const auto& refused = probe.wrongly_refused();
  if (refused.empty()) return;
  throw Finding{"right messages, in the cases before", "never a 4xx",
                fmt::format("{} times; the first: {}", refused.size(), refused.front()),
                "400, 401, 403 and 404 stop a sync until a person resumes it: use 5xx for a fault of yours, "
                "429 for too much."};
}

constexpr Case kClosing[] = {
    {"no-4xx-for-valid", "A 4xx for a right message stops a customer's sync until somebody notices.",
     "CohortSyncResponse, error.code", Stream::kCohortSync, Needs::kNothing, no_4xx_for_valid},
};

/// Why a case cannot be checked on this target; empty: it can.
std::string obstacle(const Case& one, const Target& target) {
  switch (one.needs) {
    case Needs::kNothing:
      return "";
    case Needs::kMirror:
      return target.mirror ? "" : "needs --mirror-url";
    case Needs::kCredentials:
      return target.user.empty() ? "needs --user" : "";
    case Needs::kRestart:
      return !target.mirror                   ? "needs --mirror-url"
             : target.restart_command.empty() ? "needs --restart-command"
                                              : "";
  }
  return "";
}

}  // namespace

std::string_view to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::kPassed:
      return "passed";
    case Verdict::kFailed:
      return "failed";
    case Verdict::kNotChecked:
      return "not checked";
  }
  return "";
}

std::span<const Case> closing_cases() {
  return kClosing;
}

const std::vector<Case>& suite() {
  static const std::vector<Case> kAll = [] {
    std::vector<Case> all;
    for (const auto part :
         {answer_cases(), refusal_cases(), membership_cases(), alert_cases(), closing_cases()})
      all.insert(all.end(), part.begin(), part.end());
    return all;
  }();
  return kAll;
}

std::vector<Outcome> run(const Target& target, const std::vector<const Case*>& cases,
                         const std::function<void(const Outcome&)>& on_case) {
  Probe probe(target);
  std::vector<Outcome> outcomes;
  for (const Case* one : cases) {
    Outcome outcome{.which = one};
    const auto begun = std::chrono::steady_clock::now();
    outcome.not_checked = obstacle(*one, target);
    if (!outcome.not_checked.empty()) {
      outcome.verdict = Verdict::kNotChecked;
    } else {
      try {
        one->run(probe);
      } catch (const Finding& finding) {
        outcome.verdict = Verdict::kFailed;
        outcome.finding = finding;
      } catch (const Obstacle& found) {
        outcome.verdict = Verdict::kNotChecked;
        outcome.not_checked = found.why;
      }
    }
    outcome.took = std::chrono::duration_cast<Millis>(std::chrono::steady_clock::now() - begun);
    on_case(outcome);
    outcomes.push_back(std::move(outcome));
  }
  return outcomes;
}

}  // namespace bellwether::conformance
