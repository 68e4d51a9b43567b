#include "conformance/messages.hpp"

#include <fmt/format.h>

#include "base/json_writer.hpp"

namespace bellwether::conformance {

namespace {

/// The fields of one object, one of which may be left out.
class Fields {
 public:
  explicit Fields(std::string_view without) : without_(without) {}

  void raw(std::string_view name, std::string_view json) {
    if (name == without_) return;
    if (!text_.empty()) text_ += ",";
    JsonWriter(text_).value(name);
    text_ += ":";
    text_ += json;
  }
  void text(std::string_view name, std::string_view value) {
    std::string json;
    JsonWriter(json).value(value);
    raw(name, json);
  }
  void add(std::string_view fields) {
    if (fields.empty()) return;
    if (!text_.empty()) text_ += ",";
    text_ += fields;
  }
  std::string object() const { return "{" + text_ + "}"; }

 private:
  std::string_view without_;
  std::string text_;
};

std::string encode_members(const Page& page) {
  std::string list;
  for (const Member& member : page.members) {
    Fields fields(page.without);
    fields.text("mixpanel_distinct_id", member.id);
    fields.add(member.properties);
    list += (list.empty() ? "" : ",") + fields.object();
  }
  return "[" + list + "]";
}

}  // namespace

std::string encode(const Page& page) {
  Fields info(page.without);
  info.raw("total_pages", std::to_string(page.total));
  info.raw("page_count", std::to_string(page.count));
  Fields parameters(page.without);
  const auto id = [&](std::string_view name, const std::string& value) {
    if (page.numeric_ids) {
      parameters.raw(name, value);
    } else {
      parameters.text(name, value);
    }
  };
  id("mixpanel_project_id", page.project);
  id("mixpanel_cohort_id", page.cohort);
  parameters.text("mixpanel_cohort_name", "Bellwether check");
  parameters.text("mixpanel_cohort_description", "Made by bellwether check; may be deleted");
  parameters.text("mixpanel_session_id", page.session);
  parameters.raw("page_info", info.object());
  parameters.raw("members", encode_members(page));
  parameters.add(page.extra);
  Fields whole(page.without);
  whole.text("action", to_string(page.action));
  whole.raw("parameters", parameters.object());
  whole.add(page.extra);
  return whole.object();
}

std::vector<Member> members(std::size_t first, std::size_t count) {
  std::vector<Member> list;
  for (std::size_t i = first; i < first + count; ++i) list.push_back({fmt::format("member-{}", i)});
  return list;
}

std::string encode(const AlertNote& note) {
  constexpr std::string_view kReport = "https://mixpanel.com/report/1?mp_source=webhook&alert_id=7";
  Fields alert({});
  alert.raw("id", "7");
  alert.text("name", note.name);
  alert.text("creator", "Ada Bell");
  alert.text("creator_email", "ada@example.com");
  alert.raw("project_id", note.project);
  alert.text("project_name", "Bellwether check");
  alert.raw("workspace_id", note.project);
  alert.text("workspace_name", "All Project Data");
  alert.text("fired_at", "2026-02-06T10:53:30Z");
  Fields condition({});
  condition.text("type", "absolute");
  condition.text("operator", ">");
  condition.raw("threshold", note.threshold);
  condition.text("current_value", note.current_value);
  condition.text("formatted_value", note.current_value);
  condition.text("sentence", note.sentence);
  Fields report({});
  report.text("name", "Sales");
  report.text("type", "insights");
  report.text("url", kReport);
  Fields links({});
  links.text("report_url", kReport);
  links.text("edit_alert_url", "https://mixpanel.com/alert/7");
  links.text("root_cause_analysis_url", "https://mixpanel.com/board/7?at=1770375210");
  Fields whole(note.without);
  whole.text("event_type", note.event_type);
  whole.raw("alert", alert.object());
  whole.raw("condition", condition.object());
  whole.raw("report", report.object());
  whole.raw("links", links.object());
  whole.add(note.extra);
  return whole.object();
}

}  // namespace bellwether::conformance
