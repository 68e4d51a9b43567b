#include <fmt/format.h>

#include "conformance/probe.hpp"

/// Alerts: taken in every form, refused when they are none. An alert has no contract for its answer's body.
namespace bellwether::conformance {

namespace {

AlertNote note(Probe& probe) {
  return {.project = probe.target().project};
}

void deliver(Probe& probe, const AlertNote& alert, std::string_view sent) {
  const auto attempt = probe.send(Stream::kAlerts, encode(alert));
  if (attempt && attempt->status >= 400 && attempt->status < 500)
    probe.note_wrongly_refused(fmt::format("{}: {}", sent, attempt->status));
  if (retry_policy::judge_alert(attempt, system_now()).verdict == retry_policy::Verdict::kDelivered) return;
  throw Finding{std::string(sent), "2xx", describe(attempt), "Take it, and answer 200 when it is stored."};
}

void alert_taken(Probe& probe) {
  deliver(probe, note(probe), "an alert");
}

void alert_test(Probe& probe) {
  AlertNote alert = note(probe);
  alert.name = "[TEST] Bellwether check";
  deliver(probe, alert, "a test alert");
}

void alert_repeated(Probe& probe) {
  const AlertNote alert = note(probe);
  deliver(probe, alert, "an alert");
  deliver(probe, alert, "the same alert again");
}

void alert_unknown_fields(Probe& probe) {
  AlertNote alert = note(probe);
  alert.extra = R"("added_in_2027": {"deep": [1, null]})";
  deliver(probe, alert, "an alert with a field that is not known");
}

void alert_values(Probe& probe) {
  for (const auto& [threshold, value] : std::initializer_list<std::pair<const char*, const char*>>{
           {"-1.5", "-2"}, {"1e12", "1,000,000,000,001.25"}, {"0.05", "12.5%"}, {"20", "€1,200"}}) {
    AlertNote alert = note(probe);
    alert.threshold = threshold;
    alert.current_value = value;
    deliver(probe, alert, fmt::format("an alert with the value {} against {}", value, threshold));
  }
}

void alert_unicode(Probe& probe) {
  AlertNote alert = note(probe);
  alert.name = "Umsätze ↘ <b>\"schnell\"</b> 👀";
  alert.sentence = "below 名前\n\ttab";
  deliver(probe, alert, "an alert with any text in it");
}

void alert_malformed(Probe& probe) {
  const std::string whole = encode(note(probe));
  for (const std::string& body : {std::string("nonsense"), whole.substr(0, whole.size() / 2)})
    probe.expect_refused(Stream::kAlerts, body, fmt::format("a body that is not JSON: {}", excerpt(body)));
}

void alert_wrong_content_type(Probe& probe) {
  Unusual unusual;
  unusual.content_type = "text/plain";
  probe.expect_refused(Stream::kAlerts, encode(note(probe)), "an alert as text/plain", unusual);
}

/// What "Test connection" posts is documented nowhere.
void alert_unknown_event(Probe& probe) {
  AlertNote alert = note(probe);
  alert.event_type = "another_event";
  for (const std::string& body :
       {encode(alert), std::string("{}"), std::string(), std::string(R"({"event_type": "webhook_test"})")})
    probe.expect_composed(probe.send(Stream::kAlerts, body),
                          fmt::format("a message that is not known: {}", excerpt(body)));
}

void refuse_credentials(Probe& probe, const Unusual& unusual, std::string_view sent) {
  probe.expect_unauthorized(Stream::kAlerts, encode(note(probe)), sent, unusual);
}

void alert_credentials(Probe& probe) {
  deliver(probe, note(probe), "an alert with the right credentials");
  Unusual unusual;
  unusual.user = probe.target().user;
  unusual.password = probe.target().password + "x";
  refuse_credentials(probe, unusual, "an alert with a wrong password");
  unusual.user = "";
  refuse_credentials(probe, unusual, "an alert without credentials");
}

void alert_other_methods(Probe& probe) {
  probe.expect_no_other_method(Stream::kAlerts, "GET", "");
}

constexpr Case kCases[] = {
    {"alert-taken", "An alert that is not taken is an alert missed.", "CustomAlertTriggeredPayload",
     Stream::kAlerts, Needs::kNothing, alert_taken},
    {"alert-test", "\"Send test alert\" is how people find out whether it works.", "alert.name, \"[TEST] \"",
     Stream::kAlerts, Needs::kNothing, alert_test},
    {"alert-repeated", "An alert whose answer was lost comes again.", "retries", Stream::kAlerts,
     Needs::kNothing, alert_repeated},
    {"alert-unknown-fields", "Fields that come one day must not stop alerts.", "additional properties",
     Stream::kAlerts, Needs::kNothing, alert_unknown_fields},
    {"alert-values", "Values come as texts for people, thresholds as any number.", "AlertCondition",
     Stream::kAlerts, Needs::kNothing, alert_values},
    {"alert-unicode", "Names are any text.", "AlertMetadata", Stream::kAlerts, Needs::kNothing,
     alert_unicode},
    {"alert-malformed", "What cannot be read cannot have been stored.", "CustomAlertTriggeredPayload",
     Stream::kAlerts, Needs::kNothing, alert_malformed},
    {"alert-wrong-content-type", "Only JSON is this stream.", "contentType", Stream::kAlerts, Needs::kNothing,
     alert_wrong_content_type},
    {"alert-unknown-event", "Another event_type may come one day; it must not be an error of the server.",
     "event_type", Stream::kAlerts, Needs::kNothing, alert_unknown_event},
    {"alert-credentials", "Nobody else may ring your alarm.", "HTTP Basic", Stream::kAlerts,
     Needs::kCredentials, alert_credentials},
    {"alert-other-methods", "A GET, of a browser or a scanner, rings no alarm.", "POST", Stream::kAlerts,
     Needs::kNothing, alert_other_methods},
};

}  // namespace

std::span<const Case> alert_cases() {
  return kCases;
}

}  // namespace bellwether::conformance
