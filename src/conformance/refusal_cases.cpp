#include <algorithm>
#include <tuple>

#include <fmt/format.h>

#include "conformance/probe.hpp"
#include "contract/sync_response.hpp"

/// Messages that are wrong: each must be refused, so that its sender learns of it.
namespace bellwether::conformance {

namespace {

using contract::Action;

std::string right(Probe& probe) {
  return encode(probe.page(Action::kMembers, members(0, 3)));
}

void malformed_json(Probe& probe) {
  for (const char* body : {"nonsense", "{\"action\": }", "", "\xff\xfe", "{\"action\": \"members\"} {}"})
    probe.expect_refused(Stream::kCohortSync, body, fmt::format("a body that is no JSON: {}", excerpt(body)));
}

void truncated_json(Probe& probe) {
  const std::string whole = right(probe);
  for (const std::size_t size : {whole.size() - 1, whole.size() / 2, std::size_t{1}})
    probe.expect_refused(Stream::kCohortSync, whole.substr(0, size),
                         fmt::format("the first {} of {} bytes of a page", size, whole.size()));
}

void not_an_object(Probe& probe) {
  for (const char* body : {"[]", "null", "7", R"("members")", "{}"})
    probe.expect_refused(Stream::kCohortSync, body, fmt::format("the body {}", body));
}

/// More is announced than comes, and then the connection ends.
void broken_off(Probe& probe) {
  std::string body = right(probe);
  Unusual unusual;
  unusual.headers = {{"Content-Length", std::to_string(body.size() + 100)}};
  unusual.within = std::chrono::seconds(1);
  std::ignore = probe.send(Stream::kCohortSync, std::move(body), unusual);
  probe.deliver(probe.page(Action::kMembers, members(0, 1)));
}

void wrong_content_type(Probe& probe) {
  Unusual unusual;
  unusual.content_type = "text/plain";
  probe.expect_refused(Stream::kCohortSync, right(probe), "a page as text/plain", unusual);
}

void unknown_action(Probe& probe) {
  for (const char* action : {"\"replace_members\"", "\"\"", "7", "null"})
    probe.expect_refused(Stream::kCohortSync, fmt::format(R"({{"action": {}, "parameters": {{}}}})", action),
                         fmt::format("the action {}", action));
}

template <std::size_t N>
struct FieldName {
  char text[N];  // NOLINT(*-avoid-c-arrays): a literal as a template's argument
  // NOLINTNEXTLINE(google-explicit-constructor): a literal is meant to be one
  consteval FieldName(const char (&from)[N]) { std::copy_n(from, N, text); }
};

template <FieldName Name>
void missing_field(Probe& probe) {
  Page page = probe.page(Action::kAddMembers, members(0, 2));
  page.without = Name.text;
  probe.expect_refused(Stream::kCohortSync, encode(page), fmt::format("a page without {}", page.without));
}

void failure_body(Probe& probe) {
  Page page = probe.page(Action::kAddMembers, members(0, 1));
  page.without = "mixpanel_cohort_id";
  const auto attempt = probe.send(Stream::kCohortSync, encode(page));
  const net::ClientResponse& response = probe.expect_composed(attempt, "a page without its cohort");
  const auto body = contract::decode_sync_response(response.body, {});
  const bool is_right = body && !body->success && body->action == Action::kAddMembers &&
                        body->error_message && !body->error_message->empty() && body->error_code;
  if (is_right) return;
  throw Finding{"an add_members page without its cohort",
                R"({"action": "add_members", "status": "failure", "error": {"message": …, "code": 400}})",
                describe(attempt),
                "Say in the body what was wrong: it is shown to the people who own the sync."};
}

void other_methods(Probe& probe) {
  probe.expect_no_other_method(Stream::kCohortSync, "GET", "");
  for (const char* method : {"PUT", "DELETE"})
    probe.expect_no_other_method(Stream::kCohortSync, method, right(probe));
}

constexpr std::string_view kMissing = "A page that lacks what it needs must not be taken for done.";

constexpr Case kCases[] = {
    {"malformed-json", "What cannot be read cannot have been applied.", "CohortSyncResponse, failure",
     Stream::kCohortSync, Needs::kNothing, malformed_json},
    {"truncated-json", "Half a page must not be taken for a page.", "CohortSyncResponse, failure",
     Stream::kCohortSync, Needs::kNothing, truncated_json},
    {"not-an-object", "JSON of another shape is not a page.", "CohortSyncResponse, failure",
     Stream::kCohortSync, Needs::kNothing, not_an_object},
    {"broken-off", "A connection that ends within a body must not take the endpoint with it.", "HTTP",
     Stream::kCohortSync, Needs::kNothing, broken_off},
    {"wrong-content-type", "Only JSON is this stream.", "contentType", Stream::kCohortSync, Needs::kNothing,
     wrong_content_type},
    {"unknown-action", "An action that is not known must not be taken for done.", "action",
     Stream::kCohortSync, Needs::kNothing, unknown_action},
    {"missing-action", kMissing, "required: action", Stream::kCohortSync, Needs::kNothing,
     missing_field<"action">},
    {"missing-parameters", kMissing, "required: parameters", Stream::kCohortSync, Needs::kNothing,
     missing_field<"parameters">},
    {"missing-project", kMissing, "required: mixpanel_project_id", Stream::kCohortSync, Needs::kNothing,
     missing_field<"mixpanel_project_id">},
    {"missing-cohort", kMissing, "required: mixpanel_cohort_id", Stream::kCohortSync, Needs::kNothing,
     missing_field<"mixpanel_cohort_id">},
    {"missing-session", "Pages of a run belong together by it alone.", "required: mixpanel_session_id",
     Stream::kCohortSync, Needs::kNothing, missing_field<"mixpanel_session_id">},
    {"missing-members", kMissing, "required: members", Stream::kCohortSync, Needs::kNothing,
     missing_field<"members">},
    {"missing-distinct-id", "A member without an id is nobody.", "required: mixpanel_distinct_id",
     Stream::kCohortSync, Needs::kNothing, missing_field<"mixpanel_distinct_id">},
    {"failure-body", "The body of a failure is all that the sync's owner gets to read.",
     "CohortSyncResponse, error", Stream::kCohortSync, Needs::kNothing, failure_body},
    {"other-methods", "A GET, of a browser or a scanner, changes nothing.", "POST", Stream::kCohortSync,
     Needs::kNothing, other_methods},
};

}  // namespace

std::span<const Case> refusal_cases() {
  return kCases;
}

}  // namespace bellwether::conformance
