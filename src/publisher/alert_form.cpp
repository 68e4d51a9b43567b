#include "publisher/alert_form.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/encoding.hpp"
#include "base/json_writer.hpp"

namespace bellwether::publisher {

namespace {

/// In the order of Condition::Kind.
constexpr std::string_view kWords[] = {
    "above", "below", "increase", "decrease", "percent_increase", "percent_decrease", "anomaly"};
constexpr std::size_t kMaxWindows = 14;
constexpr double kPercent = 100;

std::string clock(int minute_of_week) {
  constexpr int kHour = 60;
  constexpr int kDay = 24 * kHour;
  return fmt::format("{:02}:{:02}", minute_of_week % kDay / kHour, minute_of_week % kHour);
}

AlertForm::Window to_form(const alerts::Window& window) {
  constexpr int kDay = 24 * 60;
  AlertForm::Window out{.start_day = std::to_string(window.start / kDay)};
  // To the end of a day is midnight of the next.
  const bool whole = window.start % kDay == 0 && window.end % kDay == 0;
  out.end_day = std::to_string(whole ? window.end / kDay - 1 : window.end / kDay);
  if (whole) return out;
  out.start_time = clock(window.start);
  out.end_time = clock(window.end);
  return out;
}

/// In the form of the API, so that the same rules read it.
std::string condition_json(const AlertForm& form, double number, double confidence) {
  std::string text;
  JsonWriter json(text);
  const bool is_absolute = form.condition == "above" || form.condition == "below";
  json.begin_object().key("type").value(is_absolute ? "absolute" : form.condition);
  if (is_absolute) json.key("operator").value(form.condition == "above" ? ">" : "<");
  if (form.condition == "anomaly") {
    json.key("confidence").value(confidence / kPercent).key("direction").value(form.direction);
  } else {
    json.key("threshold").value(number);
  }
  json.end_object();
  return text;
}

std::string windows_json(const AlertForm& form) {
  std::string text;
  JsonWriter json(text);
  json.begin_object().key("time_zone").value(form.time_zone).key("windows").begin_array();
  for (const AlertForm::Window& window : form.windows) {
    if (window.start_day.empty()) continue;
    json.begin_object().key("start_day").value(parse_integer(window.start_day).value_or(-1));
    json.key("end_day").value(parse_integer(window.end_day).value_or(-1));
    if (!window.start_time.empty()) json.key("start_time").value(window.start_time);
    if (!window.end_time.empty()) json.key("end_time").value(window.end_time);
    json.end_object();
  }
  json.end_array().end_object();
  return text;
}

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const std::string_view part = text.substr(0, text.find(','));
    text.remove_prefix(std::min(text.size(), part.size() + 1));
    if (const std::string_view trimmed = trim(part); !trimmed.empty()) parts.emplace_back(trimmed);
  }
  return parts;
}

std::string duration_text(Millis duration) {
  struct Unit {
    Millis size;
    char word;
  };
  for (const Unit unit : {Unit{std::chrono::days(1), 'd'}, Unit{std::chrono::hours(1), 'h'},
                          Unit{std::chrono::minutes(1), 'm'}}) {
    if (duration.count() != 0 && duration % unit.size == Millis(0))
      return fmt::format("{}{}", duration / unit.size, unit.word);
  }
  return fmt::format("{}s", duration / std::chrono::seconds(1));
}

}  // namespace

const std::vector<Choice> kConditionChoices{
    {"above", "is above the threshold"},
    {"below", "is below the threshold"},
    {"increase", "rises by more than the threshold"},
    {"decrease", "falls by more than the threshold"},
    {"percent_increase", "rises by more than the threshold in per cent"},
    {"percent_decrease", "falls by more than the threshold in per cent"},
    {"anomaly", "is unusual (outside of the band of the confidence)"}};

AlertForm to_form(const alerts::Alert& alert) {
  static constexpr std::string_view kDirections[] = {"any", "up", "down"};
  AlertForm form{.name = alert.name,
                 .condition = std::string(kWords[static_cast<std::size_t>(alert.condition.kind)]),
                 .threshold = fmt::format("{}", alert.condition.threshold),
                 .confidence = fmt::format("{:g}", alert.condition.confidence * kPercent),
                 .direction = std::string(kDirections[static_cast<std::size_t>(alert.condition.direction)]),
                 .frequency = duration_text(alert.frequency),
                 .time_zone = alert.windows.time_zone,
                 .paused = alert.paused};
  for (const alerts::Window& window : alert.windows.windows) form.windows.push_back(to_form(window));
  for (const std::int64_t id : alert.webhooks) form.webhooks.push_back(std::to_string(id));
  for (const std::string& email : alert.emails) form.emails += (form.emails.empty() ? "" : ", ") + email;
  return form;
}

AlertForm read_form(const net::QueryParameters& fields) {
  AlertForm form;
  const auto text = [&](const std::string& name) {
    const auto found = std::ranges::find(fields, name, &net::QueryParameters::value_type::first);
    return found == fields.end() ? std::string() : std::string(trim(found->second));
  };
  form.name = text("name");
  form.condition = text("condition");
  form.threshold = text("threshold");
  form.confidence = text("confidence");
  form.direction = text("direction");
  form.frequency = text("frequency");
  form.time_zone = text("time_zone");
  form.paused = text("paused") == "on";
  form.emails = text("emails");
  for (std::size_t i = 0; i < kMaxWindows; ++i) {
    const std::string prefix = fmt::format("window{}_", i);
    AlertForm::Window window{text(prefix + "start_day"), text(prefix + "end_day"),
                             text(prefix + "start_time"), text(prefix + "end_time")};
    if (!window.start_day.empty()) form.windows.push_back(std::move(window));
  }
  for (const auto& [name, value] : fields) {
    if (name == "webhook") form.webhooks.emplace_back(trim(value));
  }
  return form;
}

std::optional<std::string> apply_form(const AlertForm& form, alerts::Alert& alert) {
  alerts::Alert changed = alert;
  changed.name = form.name;
  const bool is_anomaly = form.condition == "anomaly";
  const auto threshold = parse_number(form.threshold);
  const auto confidence = parse_number(form.confidence);
  if (!is_anomaly && !threshold) return "Threshold must be a number.";
  if (is_anomaly && !confidence) return "Confidence must be a number from 80 to 99.9.";
  const auto condition =
      alerts::parse_condition(condition_json(form, threshold.value_or(0), confidence.value_or(0)));
  if (!condition) return "Condition: " + condition.error().describe() + ".";
  changed.condition = *condition;
  const auto frequency = parse_duration(form.frequency);
  if (!frequency) return "At most every must be a time such as 1h or 7d.";
  changed.frequency = *frequency;
  const auto windows = alerts::parse_windows(windows_json(form));
  if (!windows) return "Notification windows: " + windows.error().describe() + ".";
  changed.windows = *windows;
  changed.paused = form.paused;
  changed.emails = split(form.emails);
  changed.webhooks.clear();
  for (const std::string& webhook : form.webhooks) {
    const auto id = parse_integer(webhook);
    if (!id) return "A webhook must be one of those offered.";
    changed.webhooks.push_back(*id);
  }
  alert = std::move(changed);
  return std::nullopt;
}

}  // namespace bellwether::publisher
