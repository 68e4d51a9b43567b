#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "alerts/alert.hpp"
#include "net/url.hpp"

namespace bellwether::publisher {

/// What the form on an alert's page holds: texts as people type them, so that what is wrong can be shown
/// again beside what is wrong with it. What the alert watches is not among it.
struct AlertForm {
  struct Window {
    std::string start_day;  ///< 0 (Monday) to 6; empty: no window
    std::string end_day;    ///< 7 to 13 lie in the following week
    std::string start_time;
    std::string end_time;
  };
  std::string name;
  std::string condition;  ///< above, below, increase, …, anomaly
  std::string threshold;
  std::string confidence;  ///< in per cent
  std::string direction;
  std::string frequency;
  std::string time_zone;
  std::vector<Window> windows;
  bool paused = false;
  std::vector<std::string> webhooks;  ///< ids
  std::string emails;                 ///< separated by commas
};

/// The words for conditions and what they mean, for the form.
struct Choice {
  std::string_view word;
  std::string_view meaning;
};
extern const std::vector<Choice> kConditionChoices;

AlertForm to_form(const alerts::Alert& alert);
AlertForm read_form(const net::QueryParameters& fields);

/// Puts the form's values into the alert; answers what is wrong, by the field's name, and then has changed
/// nothing.
std::optional<std::string> apply_form(const AlertForm& form, alerts::Alert& alert);

}  // namespace bellwether::publisher
