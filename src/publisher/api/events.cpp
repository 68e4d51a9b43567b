#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "api/live_stream.hpp"
#include "base/exact_json.hpp"
#include "base/json_writer.hpp"
#include "publisher/api/render.hpp"
#include "publisher/api/routes.hpp"
#include "publisher/sql.hpp"

/// What arrives: the latest events of a project, the same as they come, and what was not taken.
namespace bellwether::publisher {

namespace {

namespace json = boost::json;

/// Which events are wanted; empty: any.
struct Wanted {
  std::string project_id;
  std::string event;
  std::string distinct_id;
};

struct ShownEvent {
  std::string event;
  std::string distinct_id;
  Timestamp time;
  std::string insert_id;
  Timestamp received_at;
  std::string properties;  ///< JSON
};

void render(JsonWriter& json, const ShownEvent& event) {
  json.begin_object().key("received_at").value(format_iso8601(event.received_at));
  json.key("event").value(event.event).key("distinct_id").value(event.distinct_id);
  json.key("time").value(format_iso8601(event.time)).key("insert_id").value(event.insert_id);
  json.key("properties").raw(event.properties).end_object();
}

void render(JsonWriter& json, const Rejects::Entry& entry) {
  const ingestion::Rejection& what = entry.what;
  json.begin_object().key("id").value(entry.id).key("at").value(format_iso8601(entry.at));
  json.key("path").value(entry.path).key("project_id").value(what.project_id);
  json.key("reason").value(ingestion::to_string(what.reason)).key("field").value(what.field);
  json.key("message").value(what.message).key("record").value(what.record).end_object();
}

/// A row as it is written to the engine.
ShownEvent event_of_row(const json::object& row) {
  return {.event = std::string(row.at("event").as_string()),
          .distinct_id = std::string(row.at("distinct_id").as_string()),
          .time = from_unix_ms(row.at("time").to_number<std::int64_t>()),
          .insert_id = std::string(row.at("insert_id").as_string()),
          .received_at = from_unix_ms(row.at("received_at").to_number<std::int64_t>()),
          .properties = json::serialize(row.at("properties"))};
}

/// A project's events as server-sent events, from now on, and what was not taken of it or names no project.
class EventStream final : public api::LiveStream {
 public:
  EventStream(ingestion::RecentEvents& recent, const Rejects& rejects, Wanted wanted)
      : LiveStream("events as they are stored"),
        watch_(recent),
        rejects_(rejects),
        wanted_(std::move(wanted)),
        last_reject_(rejects.last_id()) {}

 private:
  State append_news(std::string& chunk) override {
    append_events(chunk);
    append_rejects(chunk);
    return State::kWait;
  }

  void append_events(std::string& chunk) {
    const auto slice = watch_.take();
    if (slice.missed > 0) chunk += fmt::format("event: missed\ndata: {{\"missed\":{}}}\n\n", slice.missed);
    for (const std::string& text : slice.rows) {
      const auto row = parse_exact_json(text, {.max_depth = 100}).as_object();
      if (row.at("project_id").as_string() != wanted_.project_id) continue;
      const ShownEvent event = event_of_row(row);
      if (!wanted_.event.empty() && event.event != wanted_.event) continue;
      if (!wanted_.distinct_id.empty() && event.distinct_id != wanted_.distinct_id) continue;
      append(chunk, "event", event);
    }
  }

  void append_rejects(std::string& chunk) {
    for (const Rejects::Entry& entry : rejects_.after(last_reject_)) {
      last_reject_ = entry.id;
      const std::string& project = entry.what.project_id;
      if (project.empty() || project == wanted_.project_id) append(chunk, "rejected", entry);
    }
  }

  template <typename What>
  static void append(std::string& chunk, std::string_view name, const What& what) {
    chunk += fmt::format("event: {}\ndata: ", name);
    JsonWriter json(chunk);
    render(json, what);
    chunk += "\n\n";
  }

  ingestion::RecentEvents::Watch watch_;
  const Rejects& rejects_;
  const Wanted wanted_;
  std::int64_t last_reject_;
};

std::expected<std::vector<ShownEvent>, ApiError> latest_events(const Call& call, const Wanted& wanted,
                                                               std::size_t limit) {
  const auto rows = call.parts.engine.run(sql::kListLatestEvents,
                                          events::Parameters()
                                              .add("project", wanted.project_id)
                                              .add("event", wanted.event)
                                              .add("distinct_id", wanted.distinct_id)
                                              .add("limit", static_cast<std::int64_t>(limit)),
                                          "JSONCompactEachRow", {});
  if (!rows) return std::unexpected(to_api_error(rows.error()));
  std::vector<ShownEvent> found;
  for (std::string_view rest = *rows; !rest.empty();) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const auto row = parse_exact_json(rest.substr(0, end), {.max_depth = 100}).as_array();
    found.push_back({.event = std::string(row.at(0).as_string()),
                     .distinct_id = std::string(row.at(1).as_string()),
                     .time = from_unix_ms(row.at(2).to_number<std::int64_t>()),
                     .insert_id = std::string(row.at(3).as_string()),
                     .received_at = from_unix_ms(row.at(4).to_number<std::int64_t>()),
                     .properties = json::serialize(row.at(5))});
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return found;
}

}  // namespace

Answer list_events(const Call& call) {
  const Wanted wanted{call.path[2], call.parameter("event").value_or(""),
                      call.parameter("distinct_id").value_or("")};
  {
    const auto reader = call.parts.store.readers().borrow();
    if (!registry::find_project(*reader, wanted.project_id)) return no_such("project");
  }
  if (call.accepts("text/event-stream")) {
    return api::stream_response(
        std::make_unique<EventStream>(call.parts.recent_events, call.parts.rejects, wanted));
  }
  const auto limit = call.limit();
  if (!limit) return std::unexpected(limit.error());
  const auto found = latest_events(call, wanted, *limit);
  if (!found) return std::unexpected(found.error());
  return api::list_response(
      *found, found->size(), [](JsonWriter& json, const ShownEvent& event) { render(json, event); },
      [](const ShownEvent&) { return ""; });
}

Answer list_rejects(const Call& call) {
  const auto limit = call.limit();
  if (!limit) return std::unexpected(limit.error());
  const auto after = call.number("after");
  if (!after) return std::unexpected(after.error());
  const auto found = call.parts.rejects.list(call.parameter("project").value_or(""), *after, *limit + 1);
  return api::list_response(
      found, *limit, [](JsonWriter& json, const Rejects::Entry& entry) { render(json, entry); },
      [](const Rejects::Entry& entry) { return std::to_string(entry.id); });
}

}  // namespace bellwether::publisher
