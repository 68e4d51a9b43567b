#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"
#include "contract/decode_error.hpp"

/// What is posted to `/mixpanel/alerts`: the firing of a custom alert. The contract requires five top-level fields and
/// nothing inside them, so everything below may be missing. What "Test connection" posts is documented nowhere: any JSON,
/// and an empty body, is taken for an *unknown* message. The payload itself is kept whole by the inbox.
namespace bellwether::contract {

struct CustomAlert {
  std::optional<std::string> alert_id;  ///< a number on the wire, or a string of digits; kept as its digits
  std::optional<std::string> alert_name;
  std::optional<std::string> project_id;
  std::optional<std::string> fired_at;  ///< as sent; ISO 8601 by the contract
  std::optional<std::string> report_type;
  std::optional<std::string> report_name;
  std::optional<std::string> sentence;
  bool is_unknown = false;  ///< the message is no `custom_alert_triggered`, or lacks what one has

  /// "Test alert" sends the same payload with this in front of the name.
  bool is_test() const { return alert_name && alert_name->starts_with("[TEST] "); }
};

/// Refuses only what is not JSON, or over a limit.
std::expected<CustomAlert, DecodeError> decode_alert(std::string_view body, const DecodeLimits& limits);

/// What is posted when an alert fires.
struct AlertMessage {
  std::int64_t alert_id = 0;
  std::string alert_name;
  std::string creator;        ///< empty: left out
  std::string creator_email;  ///< empty: left out
  std::string project_id;     ///< left out unless it is a number: the wire has it as one
  std::string project_name;
  Timestamp fired_at;
  std::string condition_type;
  std::string condition_operator;
  double threshold = 0;
  std::string current_value;    ///< a number for people: "20,000"
  std::string formatted_value;  ///< as the report displays it: "€20,000"
  std::string sentence;
  std::string report_name;
  std::string report_type;
  std::string report_url;
  std::string edit_alert_url;
  std::string root_cause_analysis_url;
};
std::string encode_alert(const AlertMessage& message);

/// "2026-02-06T10:53:30Z": to the second, as on the wire.
std::string format_fired_at(Timestamp at);

/// `{"status": "success", "id": 7, "duplicate": false}`; `id` is the alert's place in the inbox.
std::string encode_alert_success(std::int64_t id, bool duplicate);

}  // namespace bellwether::contract
