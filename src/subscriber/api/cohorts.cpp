#include <fmt/format.h>

#include "base/error.hpp"
#include "mirror/views.hpp"
#include "subscriber/api/call.hpp"
#include "subscriber/api/member_json.hpp"
#include "subscriber/api/routes.hpp"

namespace bellwether::subscriber {

namespace {

using storage::Transaction;

constexpr std::string_view kHowToGetABaseline =
    "no full load has come, or a stored page was damaged since, so who is in the cohort is not known for certain: in Mixpanel disconnect this webhook from the "
    "cohort and connect it again, or wait for the full load that it makes 3 days after its last success";

void render_cohort_fields(JsonWriter& json, const mirror::CohortSummary& cohort) {
  json.key("project_id").value(cohort.project_id).key("cohort_id").value(cohort.cohort_id);
  json.key("name");
  optional_value(json, cohort.name);
  json.key("description");
  optional_value(json, cohort.description);
  json.key("members").value(cohort.size).key("in_doubt").value(cohort.in_doubt);
  json.key("baseline").value(cohort.has_baseline ? "full_load" : "unknown").key("advice");
  optional_value(json, cohort.has_baseline ? std::optional<std::string>() : std::string(kHowToGetABaseline));
  json.key("first_seen").value(format_iso8601(cohort.first_seen)).key("changed_at");
  render_time(json, cohort.changed_at);
}

void render_cohort(JsonWriter& json, const mirror::CohortSummary& cohort) {
  json.begin_object();
  render_cohort_fields(json, cohort);
  json.end_object();
}

void render_doubt(JsonWriter& json, const mirror::DoubtView& doubt) {
  json.begin_object().key("distinct_id").value(doubt.distinct_id);
  json.key("change").value(feed::to_string(doubt.change)).key("session_id").value(doubt.session_id);
  json.key("reason").value(doubt.reason).end_object();
}

void render_session(JsonWriter& json, const mirror::SessionView& view) {
  const mirror::Session& session = view.session;
  json.begin_object().key("project_id").value(view.project_id).key("cohort_id").value(view.cohort_id);
  json.key("session_id").value(session.session_id).key("attempt").value(session.attempt);
  json.key("state").value(mirror::to_string(session.state));
  json.key("why").value(session.why);
  json.key("pages").begin_object().key("seen").value(session.progress.pages());
  json.key("total").value(view.expected_pages).end_object();
  json.key("members").value(session.received).key("skipped").value(session.skipped);
  json.key("absent_removals").value(session.absent_removals);
  json.key("entered")
      .value(session.entered)
      .key("left")
      .value(session.left)
      .key("updated")
      .value(session.updated);
  json.key("first_page_at").value(format_iso8601(session.first_page_at));
  json.key("last_page_at").value(format_iso8601(session.last_page_at)).key("applied_at");
  render_time(json, session.applied_at);
  json.end_object();
}

}  // namespace

Answer list_cohorts(const Call& call) {
  const auto limit = call.limit();
  const auto after = call.number("after");
  if (!limit) return std::unexpected(limit.error());
  if (!after) return std::unexpected(after.error());
  const auto reader = call.readers.borrow();
  const auto cohorts = mirror::list_cohorts(*reader, after->value_or(0), *limit + 1);
  return list_response(cohorts, *limit, render_cohort,
                       [](const auto& cohort) { return std::to_string(cohort.ref); });
}

Answer show_cohort(const Call& call) {
  const auto reader = call.readers.borrow();
  const auto cohort = mirror::find_cohort(*reader, call.path[2], call.path[3]);
  if (!cohort) return unknown_cohort(call);
  std::string body;
  JsonWriter json(body);
  render_cohort(json, *cohort);
  return json_response(std::move(body));
}

Answer list_doubts(const Call& call) {
  const auto limit = TRY(call.limit());
  const auto reader = call.readers.borrow();
  Transaction snapshot(*reader, Transaction::Kind::kRead);
  const auto cohort = mirror::find_cohort(*reader, call.path[2], call.path[3]);
  if (!cohort) return unknown_cohort(call);
  const auto doubts = mirror::list_doubts(*reader, *cohort, call.parameter("after"), limit + 1);
  return list_response(doubts, limit, render_doubt, [](const auto& doubt) { return doubt.distinct_id; });
}

Answer list_cohorts_of_member(const Call& call) {
  const auto reader = call.readers.borrow();
  Transaction snapshot(*reader, Transaction::Kind::kRead);
  const auto found = mirror::cohorts_of_member(*reader, call.path[2]);
  return list_response(
      found, found.size(),
      [](JsonWriter& json, const mirror::CohortOfMember& membership) {
        json.begin_object();
        render_cohort_fields(json, membership.cohort);
        json.key("member");
        render_member(json, membership.member);
        json.end_object();
      },
      [](const auto&) { return ""; });
}

Answer list_sessions(const Call& call) {
  const auto limit = call.limit();
  const auto after = call.number("after");
  if (!limit) return std::unexpected(limit.error());
  if (!after) return std::unexpected(after.error());
  const mirror::SessionFilter filter{.project_id = call.parameter("project"),
                                     .cohort_id = call.parameter("cohort"),
                                     .state = call.parameter("state"),
                                     .before = *after};
  const auto reader = call.readers.borrow();
  const auto sessions = mirror::list_sessions(*reader, filter, *limit + 1);
  return list_response(sessions, *limit, render_session,
                       [](const auto& view) { return std::to_string(view.session.ref); });
}

}  // namespace bellwether::subscriber
