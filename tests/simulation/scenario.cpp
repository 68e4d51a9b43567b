#include "scenario.hpp"

namespace bellwether::simulation {

namespace {

/// Half of all histories do without a given fault, so that each is also seen alone.
double maybe(Dice& dice, double most) {
  return dice.chance(0.5) ? 0.0 : most * static_cast<double>(dice.between(1, 100)) / 100.0;
}

}  // namespace

Scenario draw_scenario(Dice& dice) {
  Scenario scenario;
  scenario.people = static_cast<int>(dice.between(2, 14));
  scenario.churn = static_cast<double>(dice.between(2, 60)) / 100.0;
  scenario.page_members = static_cast<int>(dice.between(1, 4));
  scenario.numbers_by_action = dice.chance(0.4);
  scenario.first_load_as_adds = dice.chance(0.3);
  scenario.sends_empty_calls = dice.chance(0.85);
  scenario.in_flight = dice.chance(0.6) ? 1 : static_cast<int>(dice.between(2, 6));
  scenario.runs = static_cast<int>(dice.between(6, 26));
  scenario.request_lost = maybe(dice, 0.6);
  scenario.answer_lost = maybe(dice, 0.6);
  scenario.duplicated = maybe(dice, 0.4);
  scenario.delayed = maybe(dice, 0.5);
  scenario.killed = maybe(dice, 0.3);
  scenario.killed_merging = maybe(dice, 0.2);
  scenario.paused = maybe(dice, 0.1);
  if (dice.chance(0.25)) {
    scenario.subscriber.doubt = mirror::DoubtMode::kAlways;
    scenario.answer_swallowed = maybe(dice, 0.6);
  }
  scenario.subscriber.expects_both_actions = scenario.sends_empty_calls;
  if (dice.chance(0.3)) {
    scenario.subscriber.numbering =
        scenario.numbers_by_action ? mirror::Numbering::kAction : mirror::Numbering::kRun;
  }
  // Small sessions in place, or every session through the merger, or both kinds.
  scenario.subscriber.in_place_members =
      static_cast<std::size_t>(dice.chance(0.5) ? 1000 : dice.between(0, 6));
  scenario.subscriber.sort_bytes = dice.chance(0.5) ? 1UL << 20U : 200;
  return scenario;
}

}  // namespace bellwether::simulation
