#include "publisher/pages/alert_page.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "publisher/pages/page.hpp"

namespace bellwether::publisher {

namespace {

constexpr std::array<std::string_view, 7> kDays{"Monday", "Tuesday",  "Wednesday", "Thursday",
                                                "Friday", "Saturday", "Sunday"};

Markup option(std::string_view value, std::string_view text, bool is_chosen) {
  return is_chosen ? markup("<option value=\"{}\" selected>{}</option>", value, text)
                   : markup("<option value=\"{}\">{}</option>", value, text);
}

Markup row(std::string_view id, std::string_view label, const Markup& input) {
  return markup("<div class=\"row\"><label for=\"{}\">{}</label><div>{}</div></div>", id, label, input);
}

Markup text_row(std::string_view id, std::string_view label, std::string_view value,
                std::string_view note = "") {
  return row(id, label,
             markup("<input type=\"text\" id=\"{}\" name=\"{}\" value=\"{}\">{}", id, id, value,
                    note.empty() ? Markup() : markup("<div class=\"note\">{}</div>", note)));
}

Markup render_condition(const AlertForm& form) {
  Markup conditions;
  for (const Choice& choice : kConditionChoices)
    conditions += option(choice.word, choice.meaning, form.condition == choice.word);
  Markup directions;
  for (const Choice choice :
       {Choice{"any", "above or below"}, Choice{"up", "above"}, Choice{"down", "below"}})
    directions += option(choice.word, choice.meaning, form.direction == choice.word);
  Markup out = row("condition", "Fires when it",
                   markup("<select id=\"condition\" name=\"condition\">{}</select>", conditions));
  out += text_row("threshold", "Threshold", form.threshold);
  out += text_row("confidence", "Confidence, per cent", form.confidence,
                  "Of an unusual value: the band holds so many of a hundred ordinary values, 80 to 99.9.");
  out += row("direction", "Unusual means",
             markup("<select id=\"direction\" name=\"direction\">{}</select> the band", directions));
  return out;
}

/// As numbers of days from Monday; an end may lie in the following week.
Markup day_options(std::string_view chosen, bool is_end) {
  Markup out = option("", is_end ? "" : "(none)", chosen.empty());
  const std::size_t count = is_end ? 2 * kDays.size() : kDays.size();
  for (std::size_t i = 0; i < count; ++i) {
    const std::string value = std::to_string(i);
    const std::string text =
        std::string(i < kDays.size() ? "" : "next ") + std::string(kDays[i % kDays.size()]);
    out += option(value, text, chosen == value);
  }
  return out;
}

Markup render_windows(const AlertForm& form) {
  Markup out = text_row("time_zone", "Time zone", form.time_zone);
  // One more than there are, to add to them.
  for (std::size_t i = 0; i <= form.windows.size(); ++i) {
    const AlertForm::Window window = i < form.windows.size() ? form.windows[i] : AlertForm::Window{};
    const std::string id = fmt::format("window{}_", i);
    out += row(id + "start_day", i < form.windows.size() ? "From" : "Another window",
               markup("<select id=\"{}start_day\" name=\"{}start_day\">{}</select> "
                      "<input class=\"short\" name=\"{}start_time\" value=\"{}\" placeholder=\"09:00\" "
                      "aria-label=\"start time\"> to "
                      "<select name=\"{}end_day\" aria-label=\"end day\">{}</select> "
                      "<input class=\"short\" name=\"{}end_time\" value=\"{}\" placeholder=\"17:00\" "
                      "aria-label=\"end time\">",
                      id, id, day_options(window.start_day, false), id, window.start_time, id,
                      day_options(window.end_day, true), id, window.end_time));
  }
  return markup(
      "<fieldset><legend>When notifications may be sent</legend>{}<div class=\"note\">Each window is one "
      "stretch from "
      "its start to its end. Without windows they are sent at any time.</div></fieldset>",
      out);
}

Markup render_receivers(const AlertPage& page) {
  Markup boxes;
  for (const registry::Webhook& webhook : page.webhooks) {
    const std::string id = std::to_string(webhook.id);
    const bool is_on = std::ranges::find(page.form.webhooks, id) != page.form.webhooks.end();
    boxes += markup(
        "<div><input type=\"checkbox\" id=\"webhook{}\" name=\"webhook\" value=\"{}\" {}> <label "
        "for=\"webhook{}\">{}{}</label></div>",
        id, id, is_on ? "checked" : "", id, webhook.name, webhook.enabled ? "" : " (disabled)");
  }
  Markup out = row("webhooks", "Webhooks",
                   boxes.empty() ? markup("<span class=\"note\">The project has none.</span>") : boxes);
  out += text_row("emails", "E-mail", page.form.emails, "Addresses, separated by commas.");
  return out;
}

Markup render_form(const AlertPage& page) {
  Markup out = text_row("name", "Name", page.form.name, "At most 50 characters.");
  out += render_condition(page.form);
  out += text_row("frequency", "At most every", page.form.frequency, "1h, 30m, 7d …");
  out += render_windows(page.form);
  out += render_receivers(page);
  out += row("paused", "Paused",
             markup("<input type=\"checkbox\" id=\"paused\" name=\"paused\" {}>",
                    page.form.paused ? "checked" : ""));
  return markup(
      "<h2>Edit</h2><form class=\"card\" method=\"post\" "
      "action=\"/alerts/{}/edit\">{}<button>Save</button></form>",
      page.alert.id, out);
}

Markup render_history(const AlertPage& page, const calendar::TimeZone& zone) {
  Markup rows;
  for (const alerts::Event& event : page.history)
    rows +=
        markup("<tr><td class=\"time\">{}</td><td><span class=\"label {}\">{}</span></td><td>{}</td></tr>",
               zone.format(event.at), event.kind, event.kind, readable(event.detail));
  return markup("<h2>History</h2><div class=\"card\"><table>{}</table></div>",
                rows.empty() ? markup("<tr><td>Nothing has happened yet.</td></tr>") : rows);
}

std::string receiver_name(const alerts::Notification& notification,
                          const std::vector<registry::Webhook>& webhooks) {
  if (!notification.webhook_id) return notification.email;
  const auto found = std::ranges::find(webhooks, *notification.webhook_id, &registry::Webhook::id);
  return found == webhooks.end() ? notification.receiver() : found->name;
}

Markup render_notifications(const AlertPage& page, const calendar::TimeZone& zone) {
  Markup rows;
  for (const alerts::Notification& one : page.notifications)
    rows += markup(
        "<tr><td class=\"time\">{}</td><td>{}</td><td><span class=\"label "
        "{}\">{}</span></td><td>{}</td><td>{}</td></tr>",
        zone.format(one.created_at), receiver_name(one, page.webhooks), one.state, one.state,
        one.status == 0 ? std::string() : std::to_string(one.status), readable(one.message));
  if (rows.empty()) return {};
  return markup(
      "<h2>Notifications</h2><div "
      "class=\"card\"><table><tr><th>Fired</th><th>To</th><th></th><th>Answer</th><th></th></tr>{}</table></"
      "div>",
      rows);
}

Markup render_state(const AlertPage& page) {
  Markup out;
  if (page.alert.paused) out += markup(" <span class=\"label\">paused</span>");
  if (!page.alert.problem.empty()) out += markup(" <span class=\"label invalid\">invalid</span>");
  return out;
}

Markup render_course(const AlertPage& page) {
  if (!page.course) return markup("<p class=\"problem\">{}</p>", page.no_course);
  const auto fired = std::ranges::count(page.course->buckets, true, &alerts::AlertCourse::Bucket::fires);
  const bool is_young = page.alert.condition.is_anomaly() && !page.course->buckets.empty() &&
                        !page.course->buckets.back().observation.has_band;
  return markup(
      "<div class=\"card\">{}</div><p class=\"note\">It would have fired in {} of the last {} buckets "
      "(red).{}</p>",
      alerts::draw(*page.course), fired, page.course->buckets.size(),
      is_young ? " There is too little history to say what is unusual." : "");
}

}  // namespace

Markup render(const AlertPage& page) {
  const auto zone = calendar::TimeZone::find_or_utc(page.project.time_zone);
  const std::string what =
      page.alert.watch.metric + (page.alert.watch.scope == alerts::Watch::Scope::kAny ? ", any segment"
                                 : page.alert.watch.segment.empty()
                                     ? ""
                                     : ", " + reports::describe(page.alert.watch.segment));
  Markup out = markup(
      "<h1>{}{}</h1><p class=\"meta\">Watches {} of the report <a href=\"/reports/{}\">{}</a>, project {}. "
      "Times are those of {}.</p>",
      page.alert.name, render_state(page), readable(what), page.report.id, page.report.name,
      page.project.name, zone.name());
  if (page.saved) out += markup("<p class=\"done\">Saved.</p>");
  if (!page.problem.empty()) out += markup("<p class=\"problem\">Not saved: {}</p>", page.problem);
  if (!page.alert.problem.empty())
    out += markup("<p class=\"problem\">It does not fit its report any more: {}</p>",
                  readable(page.alert.problem));
  out += render_course(page);
  out += render_form(page);
  out += render_history(page, zone);
  out += render_notifications(page, zone);
  return out;
}

}  // namespace bellwether::publisher
