#include "mirror/arrival.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace bellwether::mirror {
namespace {

using std::chrono::seconds;

constexpr Millis kSoon = seconds(30);
constexpr Millis kLater = seconds(100);

TEST(Arrival, SaysWhatAPageMeansForItsRun) {
  struct Case {
    std::string name;
    ArrivalFacts facts;
    Arrival arrival;
  };
  const std::vector<Case> cases{
      {"a page that was missing", {}, Arrival::kNew},
      {"the same page", {.is_known = true, .is_same = true}, Arrival::kAgain},
      {"other members", {.is_known = true}, Arrival::kNewAttempt},
      {"another total", {.total_differs = true}, Arrival::kNewAttempt},
      {"a full load in a run of differences", {.kind_differs = true}, Arrival::kNewAttempt},
      {"other members than a page that an earlier attempt has left",
       {.is_known = true, .only_inherited = true},
       Arrival::kReplacesInherited},
      {"other members than an attempt that has just begun",
       {.is_known = true, .has_begun_again = true, .since_attempt_began = kSoon},
       Arrival::kTooEarly},
      {"the same a while later",
       {.is_known = true, .has_begun_again = true, .since_attempt_began = kLater},
       Arrival::kNewAttempt},
      {"other members than the run's first attempt, at once",
       {.is_known = true, .since_attempt_began = kSoon},
       Arrival::kNewAttempt},
      {"pages without numbers are closed once applied", {.is_closed = true}, Arrival::kNewAttempt},
      {"the same page of those", {.is_closed = true, .is_known = true, .is_same = true}, Arrival::kAgain},
      {"a late page of a session that is over", {.is_over = true}, Arrival::kLate},
      {"a repeated one", {.is_over = true, .is_known = true, .is_same = true}, Arrival::kLate},
      {"a first page at once",
       {.is_over = true, .is_known = true, .is_same = true, .is_first = true, .since_last_page = kSoon},
       Arrival::kLate},
      {"a first page a while later",
       {.is_over = true, .is_known = true, .is_same = true, .is_first = true, .since_last_page = kLater},
       Arrival::kNewAttempt},
      {"another first page", {.is_over = true, .is_known = true, .is_first = true}, Arrival::kNewAttempt},
      {"another page, but not the first",
       {.is_over = true, .is_known = true, .since_last_page = kLater},
       Arrival::kLate},
  };
  for (const Case& c : cases) EXPECT_EQ(judge_arrival(c.facts), c.arrival) << c.name;
}

}  // namespace
}  // namespace bellwether::mirror
