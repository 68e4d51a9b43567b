#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "alerts/alert_chart.hpp"
#include "alerts/alert_store.hpp"
#include "alerts/history.hpp"
#include "alerts/notification.hpp"
#include "api/browser.hpp"
#include "base/error.hpp"
#include "base/log.hpp"
#include "net/credentials.hpp"
#include "publisher/alert_trial.hpp"
#include "publisher/api/actions.hpp"
#include "publisher/api/routes.hpp"
#include "publisher/pages/alert_page.hpp"
#include "publisher/pages/page.hpp"
#include "publisher/pages/report_page.hpp"
#include "publisher/pages/root_cause_page.hpp"

namespace bellwether::publisher {

namespace {

constexpr std::size_t kShownBuckets = 60;
constexpr std::size_t kShownEvents = 50;

net::Response error_page(const ApiError& error) {
  return publisher::error_page(error.status, error.message);
}

/// The fields of a form that was sent.
Done<net::QueryParameters> read_fields(const Call& call) {
  if (!call.request.header("Content-Type").starts_with("application/x-www-form-urlencoded"))
    return api_error(415, "bad_request", "a form is sent as application/x-www-form-urlencoded");
  auto fields = net::split_query(call.request.body);
  if (!fields) return api_error(400, "bad_request", "the form has a broken %-escape");
  return std::move(*fields);
}

/// The last buckets of what the alert watches, judged by its condition.
Done<alerts::AlertCourse> try_course(const Call& call, alerts::Alert alert) {
  if (!alert.problem.empty())
    return api_error(409, "conflict", "What it watched is not in the report any more.");
  const auto trial = TRY(prepare_trial(call, alert));
  const auto buckets = try_alert(trial.context, alert, trial.definition,
                                 call.parts.options.alerts.evaluator.evaluation, kShownBuckets);
  if (!buckets) return std::unexpected(to_api_error(buckets.error()));
  return course_of(trial, alert, *buckets);
}

/// The page with a form as stored, or one that was refused for `problem`; the chart judges by `as_typed`.
net::Response alert_page(const Call& call, const alerts::Alert& alert, const alerts::Alert& as_typed,
                         AlertForm form, std::string problem) {
  AlertPage page{.alert = alert,
                 .form = std::move(form),
                 .problem = std::move(problem),
                 .saved = call.parameter("saved") == "1"};
  {
    const auto reader = call.parts.store.readers().borrow();
    auto report = registry::find_report(*reader, alert.report_id);
    auto project = registry::find_project(*reader, alert.project_id);
    if (!report || !project) return publisher::error_page(404, "The alert's report is gone.");
    page.report = std::move(*report);
    page.project = std::move(*project);
    page.history = alerts::list_events(*reader, alert.id, std::nullopt, kShownEvents);
    page.notifications = alerts::list_notifications(*reader, alert.id, std::nullopt, kShownEvents);
    page.webhooks = registry::list_webhooks(*reader, alert.project_id);
  }
  auto course = try_course(call, as_typed);
  if (course) {
    page.course = std::move(*course);
  } else {
    page.no_course = course.error().message;
  }
  return publisher::page(alert.name, render(page), page.problem.empty() ? 200 : 400);
}

/// The login form; `next` is where it leads.
net::Response login_page(std::string_view next, std::string_view problem, unsigned status) {
  const Markup wrong = problem.empty() ? Markup() : markup("<p class=\"problem\">{}</p>", problem);
  return publisher::page("Log in",
                         markup("<h1>Log in</h1>{}<form class=\"card\" method=\"post\" "
                                "action=\"/login\"><input type=\"hidden\" name=\"next\" "
                                "value=\"{}\"><div class=\"row\"><label for=\"token\">Token of the private "
                                "listener</label><div><input "
                                "type=\"password\" id=\"token\" name=\"token\" "
                                "autocomplete=\"current-password\" autofocus></div></div>"
                                "<button>Log in</button></form>",
                                wrong, next),
                         status);
}

net::Response too_many_logins(std::string_view next, Millis wait) {
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(wait).count();
  net::Response response = login_page(
      next, fmt::format("Too many wrong tokens came from your address. Try again in {} seconds.", seconds),
      429);
  response.headers.push_back({"Retry-After", std::to_string(seconds)});
  return response;
}

}  // namespace

Answer show_front_page(const Call& call) {
  const auto reader = call.parts.store.readers().borrow();
  const auto projects = registry::list_projects(*reader);
  std::vector<registry::Report> reports;
  std::vector<alerts::Alert> alerts;
  for (const registry::Project& project : projects) {
    std::ranges::move(registry::list_reports(*reader, project.id), std::back_inserter(reports));
    std::ranges::move(alerts::list_alerts(*reader, project.id), std::back_inserter(alerts));
  }
  return publisher::page("Reports and alerts", render_report_list(projects, reports, alerts));
}

Answer show_report_page(const Call& call) {
  const auto stored = find_report(call, 1);
  if (!stored) return error_page(stored.error());
  const auto run = run_report(call, stored->project_id, stored->definition);
  if (!run) return error_page(run.error());
  std::vector<alerts::Alert> watching;
  {
    const auto reader = call.parts.store.readers().borrow();
    watching = alerts::list_alerts_of_report(*reader, stored->id);
  }
  const std::int64_t from = call.number("alert_id").value_or(std::nullopt).value_or(0);
  const auto came_from = std::ranges::find(watching, from, &alerts::Alert::id);
  return publisher::page(stored->name,
                         render({*stored, run->project, run->definition, run->report, run->zone, watching,
                                 came_from == watching.end() ? nullptr : &*came_from}));
}

Answer show_alert_page(const Call& call) {
  const auto alert = find_alert(call, 1);
  if (!alert) return error_page(alert.error());
  return alert_page(call, *alert, *alert, to_form(*alert), "");
}

Answer change_alert_by_form(const Call& call) {
  const auto alert = find_alert(call, 1);
  if (!alert) return error_page(alert.error());
  const auto fields = read_fields(call);
  if (!fields) return error_page(fields.error());
  AlertForm form = read_form(*fields);
  alerts::Alert changed = *alert;
  if (auto wrong = apply_form(form, changed))
    return alert_page(call, *alert, *alert, std::move(form), *wrong);
  const auto saved = save_alert(call, changed);
  if (!saved) return alert_page(call, *alert, changed, std::move(form), saved.error().message);
  return api::redirect(fmt::format("/alerts/{}/edit?saved=1", alert->id));
}

Answer show_root_cause_page(const Call& call) {
  const auto alert = find_alert(call, 1);
  if (!alert) return error_page(alert.error());
  const auto cause = explain_bucket(call, *alert);
  if (!cause) return error_page(cause.error());
  return publisher::page("Why " + alert->watch.metric + " moved", render_root_cause(*alert, *cause));
}

Answer show_login(const Call& call) {
  return login_page(api::own_path(call.parameter("next").value_or("/")), "", 200);
}

Answer log_in(const Call& call) {
  const auto fields = read_fields(call);
  if (!fields) return error_page(fields.error());
  std::string next = "/";
  std::string token;
  for (const auto& [name, value] : *fields) {
    if (name == "next") next = api::own_path(value);
    if (name == "token") token = value;
  }
  using Steady = api::LoginBrake::Steady;
  const std::string& peer = call.request.peer;
  if (const Millis wait = call.parts.login_brake.wait(peer, Steady::now()); wait > Millis(0))
    return too_many_logins(next, wait);
  const std::string& wanted = call.parts.options.admin_token;
  if (!net::BearerToken(wanted).accepts("Bearer " + token)) {
    call.parts.login_brake.failed(peer, Steady::now());
    log::warn("a login failed: wrong token", {{"peer", peer}});
    return login_page(next, "That is not the token.", 401);
  }
  call.parts.login_brake.succeeded(peer);
  net::Response response = api::redirect(next);
  if (!wanted.empty()) response.headers.push_back(call.parts.sessions.begin(system_now()));
  return response;
}

Answer show_style_sheet(const Call&) {
  net::Response response = api::text_response(std::string(style_sheet()), "text/css; charset=utf-8");
  response.headers.push_back({"Cache-Control", "max-age=3600"});
  return response;
}

Answer show_icon(const Call&) {
  net::Response response = api::text_response(std::string(icon()), "image/svg+xml");
  response.headers.push_back({"Cache-Control", "max-age=86400"});
  return response;
}

}  // namespace bellwether::publisher
