#include "contract/alert.hpp"

#include <array>

#include "base/encoding.hpp"
#include "base/json_writer.hpp"
#include "contract/impl/ondemand.hpp"
#include "contract/json_text.hpp"

namespace bellwether::contract {

namespace {

using impl::Path;
namespace ondemand = simdjson::ondemand;

constexpr std::string_view kEventType = "custom_alert_triggered";

struct SeenParts {
  bool event_type = false;
  bool alert = false;
  bool condition = false;
  bool report = false;
  bool links = false;
};

/// A field of one of the message's objects and where it goes.
struct Wanted {
  std::string_view name;
  std::optional<std::string>* target;
};

/// True when the part is an object.
template <std::size_t N>
bool read_part(ondemand::value& value, const Path& path, const DecodeLimits& limits,
               const std::array<Wanted, N>& wanted) {
  if (impl::type_of(value, path) != ondemand::json_type::object) {
    impl::checked_text(value, path, limits, impl::below(limits, 1));
    return false;
  }
  impl::for_each_field(impl::object_at(value, path), path,
                       [&](std::string_view key, ondemand::value& field, const Path& at) {
                         for (const Wanted& want : wanted) {
                           if (want.name != key) continue;
                           *want.target = impl::optional_text_at(field, at, limits);
                           return;
                         }
                         impl::checked_text(field, at, limits, impl::below(limits, 2));
                       });
  return true;
}

CustomAlert read_alert(ondemand::object message, const DecodeLimits& limits) {
  CustomAlert alert;
  SeenParts seen;
  impl::for_each_field(message, {}, [&](std::string_view key, ondemand::value& field, const Path& at) {
    if (key == "event_type") {
      seen.event_type = impl::optional_text_at(field, at, limits) == kEventType;
    } else if (key == "alert") {
      seen.alert =
          read_part(field, at, limits,
                    std::array{Wanted{"id", &alert.alert_id}, Wanted{"name", &alert.alert_name},
                               Wanted{"project_id", &alert.project_id}, Wanted{"fired_at", &alert.fired_at}});
    } else if (key == "condition") {
      seen.condition = read_part(field, at, limits, std::array{Wanted{"sentence", &alert.sentence}});
    } else if (key == "report") {
      seen.report =
          read_part(field, at, limits,
                    std::array{Wanted{"name", &alert.report_name}, Wanted{"type", &alert.report_type}});
    } else if (key == "links") {
      seen.links = read_part(field, at, limits, std::array<Wanted, 0>{});
    } else {
      impl::checked_text(field, at, limits, impl::below(limits, 1));
    }
  });
  alert.is_unknown = !(seen.event_type && seen.alert && seen.condition && seen.report && seen.links);
  return alert;
}

CustomAlert read_message(std::string_view body, const DecodeLimits& limits) {
  if (body.empty()) return {.is_unknown = true};
  ondemand::document document = impl::Parser::of_this_thread().parse(body);
  if (!impl::is_object(document)) {
    if (check_json_value(trim(body), limits.depth, limits.string_bytes) != JsonTextFault::kNone)
      impl::fail_malformed({}, "it is not a JSON value");
    return {.is_unknown = true};
  }
  CustomAlert alert = read_alert(impl::root_object(document), limits);
  impl::expect_end(document);
  return alert;
}

}  // namespace

std::expected<CustomAlert, DecodeError> decode_alert(std::string_view body, const DecodeLimits& limits) {
  try {
    return read_message(body, limits);
  } catch (const DecodeError& error) {
    return std::unexpected(error);
  }
}

std::string format_fired_at(Timestamp at) {
  constexpr std::size_t kSeconds = 19;
  return format_iso8601(at).substr(0, kSeconds) + "Z";
}

std::string encode_alert(const AlertMessage& message) {
  std::string out;
  JsonWriter json(out);
  json.begin_object().key("event_type").value("custom_alert_triggered");
  json.key("alert").begin_object().key("id").value(message.alert_id).key("name").value(message.alert_name);
  if (!message.creator.empty()) json.key("creator").value(message.creator);
  if (!message.creator_email.empty()) json.key("creator_email").value(message.creator_email);
  const auto project = parse_integer(message.project_id);
  if (project) json.key("project_id").value(*project);
  json.key("project_name")
      .value(message.project_name)
      .key("fired_at")
      .value(format_fired_at(message.fired_at));
  // A project has one view of its data here, which is all of it.
  if (project) json.key("workspace_id").value(*project);
  json.key("workspace_name").value("All Project Data").end_object();
  json.key("condition").begin_object().key("type").value(message.condition_type);
  json.key("operator").value(message.condition_operator).key("threshold").value(message.threshold);
  json.key("current_value")
      .value(message.current_value)
      .key("formatted_value")
      .value(message.formatted_value);
  json.key("sentence").value(message.sentence).end_object();
  json.key("report")
      .begin_object()
      .key("name")
      .value(message.report_name)
      .key("type")
      .value(message.report_type);
  json.key("url").value(message.report_url).end_object();
  json.key("links").begin_object().key("report_url").value(message.report_url);
  json.key("edit_alert_url").value(message.edit_alert_url);
  json.key("root_cause_analysis_url").value(message.root_cause_analysis_url).end_object().end_object();
  return out;
}

std::string encode_alert_success(std::int64_t id, bool duplicate) {
  std::string out;
  JsonWriter json(out);
  json.begin_object()
      .key("status")
      .value("success")
      .key("id")
      .value(id)
      .key("duplicate")
      .value(duplicate)
      .end_object();
  return out;
}

}  // namespace bellwether::contract
