#include "scenario.hpp"

#include <array>

namespace bellwether::simulation {

namespace {

/// Half of all histories do without a given fault, so that each is also seen alone.
double maybe(Dice& dice, double most) {
  return dice.chance(0.5) ? 0.0 : most * static_cast<double>(dice.between(1, 100)) / 100.0;
}

PageNumbers draw_numbers(Dice& dice) {
  const auto drawn = dice.between(1, 100);
  if (drawn <= 50) return PageNumbers::kOverRun;
  if (drawn <= 80) return PageNumbers::kByAction;
  return drawn <= 90 ? PageNumbers::kMixed : PageNumbers::kNone;
}

void draw_sender(Dice& dice, Scenario& scenario) {
  scenario.people = static_cast<int>(dice.between(2, 14));
  scenario.churn = static_cast<double>(dice.between(2, 60)) / 100.0;
  scenario.page_members = static_cast<int>(dice.between(1, 4));
  scenario.numbers = draw_numbers(dice);
  scenario.first_load_as_adds = dice.chance(0.3);
  scenario.sends_empty_calls = dice.chance(0.85);
  scenario.adds_updates = dice.chance(0.3);
  scenario.in_flight = dice.chance(0.6) ? 1 : static_cast<int>(dice.between(2, 6));
  scenario.runs = static_cast<int>(dice.between(6, 26));
  if (dice.chance(0.2)) scenario.interval = std::chrono::seconds(5);
  scenario.restarted = maybe(dice, 0.8);
  // Pages without numbers are united, and a sender without empty calls may send another action when it begins again: of
  // a run that begins again under its id nobody could tell the old pages.
  const bool told_apart = scenario.numbers != PageNumbers::kNone && scenario.sends_empty_calls;
  scenario.same_id = told_apart && dice.chance(0.5) ? 1.0 : 0.0;
  // A full load without numbers whose run failed is taken for whole: only the next full load makes it right.
  scenario.reconnected = scenario.numbers == PageNumbers::kNone ? 0 : maybe(dice, 0.1);
  scenario.hand_made = maybe(dice, 0.2);
  scenario.paused = maybe(dice, 0.1);
}

void draw_faults(Dice& dice, Scenario& scenario) {
  scenario.request_lost = maybe(dice, 0.6);
  scenario.answer_lost = maybe(dice, 0.6);
  scenario.duplicated = maybe(dice, 0.4);
  scenario.delayed = maybe(dice, 0.5);
  scenario.killed = maybe(dice, 0.3);
  scenario.killed_merging = maybe(dice, 0.2);
  if (scenario.subscriber.doubt == mirror::DoubtMode::kConnection || dice.chance(0.4)) return;
  scenario.answer_swallowed = 1.0 / 6;
  const std::array retry_lost{0.0, 0.5, 1.0};
  scenario.retry_lost = retry_lost.at(static_cast<std::size_t>(dice.between(0, 2)));
}

void draw_subscriber(Dice& dice, Scenario& scenario) {
  using mirror::DoubtMode;
  const std::array modes{DoubtMode::kEvidence, DoubtMode::kEvidence, DoubtMode::kAlways,
                         DoubtMode::kConnection};
  mirror::Options& options = scenario.subscriber;
  options.doubt = modes.at(static_cast<std::size_t>(dice.between(0, 3)));
  options.expects_both_actions = scenario.sends_empty_calls;
  const bool one_way =
      scenario.numbers == PageNumbers::kOverRun || scenario.numbers == PageNumbers::kByAction;
  if (one_way && dice.chance(0.2)) {
    options.numbering =
        scenario.numbers == PageNumbers::kByAction ? mirror::Numbering::kAction : mirror::Numbering::kRun;
  }
  // Small sessions in place, or every session through the merger, or both kinds.
  options.in_place_members = static_cast<std::size_t>(dice.chance(0.5) ? 1000 : dice.between(0, 6));
  options.sort_bytes = dice.chance(0.5) ? 1UL << 20U : 200;
}

}  // namespace

Scenario draw_scenario(Dice& dice) {
  Scenario scenario;
  draw_sender(dice, scenario);
  draw_subscriber(dice, scenario);
  draw_faults(dice, scenario);
  return scenario;
}

bool Scenario::is_guaranteed() const {
  switch (subscriber.doubt) {
    case mirror::DoubtMode::kAlways:
      return true;
    case mirror::DoubtMode::kEvidence:
      return answer_swallowed == 0 || retry_lost == 0;
    case mirror::DoubtMode::kConnection:
      // What begins again with the same pages looks like a retry, whose answer settles.
      return same_id == 0;
  }
  return true;
}

std::string class_of(const Scenario& scenario) {
  using mirror::DoubtMode;
  const std::string mode = scenario.subscriber.doubt == DoubtMode::kEvidence ? "evidence"
                           : scenario.subscriber.doubt == DoubtMode::kAlways ? "always"
                                                                             : "connection";
  if (scenario.answer_swallowed == 0) return mode + ", no proxy";
  if (scenario.retry_lost == 0) return mode + ", a proxy, retries arrive";
  return mode +
         (scenario.retry_lost == 1 ? ", a proxy, no retry arrives" : ", a proxy, half of the retries arrive");
}

}  // namespace bellwether::simulation
