#include <fmt/format.h>

#include "conformance/probe.hpp"
#include "net/gzip.hpp"

/// Right messages, in all the forms that they may have: each must be taken.
namespace bellwether::conformance {

namespace {

using contract::Action;

constexpr std::size_t kFullPage = 1000;

void echo(Probe& probe, Action action) {
  probe.deliver(probe.page(action, members(0, 3)));
}

void echo_members(Probe& probe) {
  echo(probe, Action::kMembers);
}

void echo_add_members(Probe& probe) {
  echo(probe, Action::kAddMembers);
}

void echo_remove_members(Probe& probe) {
  echo(probe, Action::kRemoveMembers);
}

void answer_is_json(Probe& probe) {
  const Page page = probe.page(Action::kMembers, members(0, 1));
  const auto attempt = probe.send(Stream::kCohortSync, encode(page));
  probe.expect_taken(page, attempt);
  if (!attempt->header("Content-Type").starts_with("application/json"))
    throw Finding{"members page 1 of 1", "Content-Type: application/json", describe(attempt),
                  "Send the header Content-Type: application/json with the answer."};
}

void empty_page(Probe& probe) {
  for (const Action action : {Action::kAddMembers, Action::kRemoveMembers, Action::kMembers})
    probe.deliver(probe.page(action, {}));
}

void thousand_members(Probe& probe) {
  probe.deliver(probe.page(Action::kAddMembers, members(0, kFullPage)));
}

void unknown_fields(Probe& probe) {
  Page page = probe.page(Action::kMembers, {{"ann", R"("plan": "pro")"}});
  page.extra = R"("added_in_2027": {"deep": [1, 2, {"x": null}]})";
  probe.deliver(page);
}

void property_types(Probe& probe) {
  for (const char* value : {R"("text")", R"("")", "7", "-1.5e300", "12345678901234567890", "true", "false",
                            "null", "[]", R"([1, "a", null])", "{}", R"({"deep": {"deeper": [true]}})"})
    probe.deliver(probe.page(Action::kAddMembers, {{"ann", fmt::format(R"("custom": {})", value)}}));
}

void unicode(Probe& probe) {
  probe.deliver(probe.page(Action::kMembers,
                           {{"Zoë ✓"},
                            {"名前"},
                            {"👩‍👩‍👧"},
                            {"a b/c?d#e&f=g%h+i"},
                            {"quote\"back\\slash"},
                            {"tab\tnew\nline"},
                            {"<b>&amp;"},
                            {"ann", R"("first_name": "\u0000\u0001\ud83d\ude00", "last_name": "العربية")"}}));
}

void long_values(Probe& probe) {
  const std::string text(10'000, 'x');
  probe.deliver(
      probe.page(Action::kMembers, {{std::string(255, 'i'), fmt::format(R"("custom": "{}")", text)}}));
}

void numeric_ids(Probe& probe) {
  Page page = probe.page(Action::kMembers, members(0, 1));
  page.numeric_ids = true;
  probe.expect_composed(probe.send(Stream::kCohortSync, encode(page)), "a page whose ids are JSON numbers");
}

void duplicate_keys(Probe& probe) {
  Page page = probe.page(Action::kMembers, {{"ann", R"("plan": "free", "plan": "pro")"}});
  probe.expect_composed(probe.send(Stream::kCohortSync, encode(page)), "a member with one key twice");
}

void keep_alive(Probe& probe) {
  bool reused = false;
  for (int i = 0; i < 3; ++i) {
    const Page page = probe.page(Action::kAddMembers, members(0, 1));
    const auto attempt = probe.send(Stream::kCohortSync, encode(page));
    probe.expect_taken(page, attempt);
    reused = reused || attempt->reused;
  }
  if (!reused)
    throw Finding{"three pages one after another", "that the connection is kept open",
                  "a connection for each",
                  "Allow keep-alive: a first load of a large cohort is thousands of pages."};
}

void gzip_body(Probe& probe) {
  const Page page = probe.page(Action::kMembers, members(0, 10));
  Unusual unusual;
  unusual.headers = {{"Content-Encoding", "gzip"}};
  const auto attempt = probe.send(Stream::kCohortSync, net::deflate_gzip(encode(page)), unusual);
  const unsigned status = probe.expect_composed(attempt, "a page compressed with gzip").status;
  // It may be refused: nobody says that senders compress.
  if (status < 300) probe.expect_taken(page, attempt);
}

void slow_body(Probe& probe) {
  const Page page = probe.page(Action::kMembers, members(0, 100));
  Unusual unusual;
  std::string body = encode(page);
  constexpr std::size_t kSeconds = 3;
  unusual.send_rate = body.size() / kSeconds;
  probe.expect_taken(page, probe.send(Stream::kCohortSync, std::move(body), unusual));
}

void in_time(Probe& probe) {
  const Page page = probe.page(Action::kMembers, members(0, kFullPage));
  const auto attempt = probe.send(Stream::kCohortSync, encode(page));
  probe.expect_taken(page, attempt);
  const Millis most = probe.target().patience / 2;
  if (attempt->took > most)
    throw Finding{
        "a page of 1,000 members", fmt::format("an answer within {} ms", most.count()),
        fmt::format("one after {} ms", attempt->took.count()),
        "Store the page, answer, and do the rest afterwards: a sender gives up waiting and sends it again."};
}

void credentials_right(Probe& probe) {
  probe.deliver(probe.page(Action::kMembers, members(0, 1)));
}

void refuse_credentials(Probe& probe, const Unusual& unusual, std::string_view sent) {
  probe.expect_unauthorized(Stream::kCohortSync, encode(probe.page(Action::kMembers, members(0, 1))), sent,
                            unusual);
}

void credentials_wrong(Probe& probe) {
  Unusual unusual;
  unusual.user = probe.target().user;
  unusual.password = probe.target().password + "x";
  refuse_credentials(probe, unusual, "a page with a wrong password");
  unusual.user = probe.target().user + "x";
  unusual.password = probe.target().password;
  refuse_credentials(probe, unusual, "a page of a wrong user");
}

void credentials_missing(Probe& probe) {
  Unusual unusual;
  unusual.user = "";
  refuse_credentials(probe, unusual, "a page without credentials");
}

constexpr Case kCases[] = {
    {"echo-members",
     "A sender that does not find its action in the answer takes the page for lost, and sends it again.",
     "CohortSyncResponse", Stream::kCohortSync, Needs::kNothing, echo_members},
    {"echo-add-members", "The same for those who entered.", "CohortSyncResponse", Stream::kCohortSync,
     Needs::kNothing, echo_add_members},
    {"echo-remove-members", "The same for those who left.", "CohortSyncResponse", Stream::kCohortSync,
     Needs::kNothing, echo_remove_members},
    {"answer-is-json", "An answer that does not say that it is JSON may not be read.",
     "CohortSyncResponse, contentType", Stream::kCohortSync, Needs::kNothing, answer_is_json},
    {"empty-page", "A run without changes still sends an empty page of each action.", "members, may be empty",
     Stream::kCohortSync, Needs::kNothing, empty_page},
    {"thousand-members", "A page has up to 1,000 members, more than the body limit of many frameworks.",
     "members, at most 1,000", Stream::kCohortSync, Needs::kNothing, thousand_members},
    {"unknown-fields", "Fields that come one day must not stop the sync.", "additional properties",
     Stream::kCohortSync, Needs::kNothing, unknown_fields},
    {"property-types", "A custom property has whatever type its events had.",
     "CohortMember, custom properties", Stream::kCohortSync, Needs::kNothing, property_types},
    {"unicode", "Names and ids are any text.", "CohortMember", Stream::kCohortSync, Needs::kNothing, unicode},
    {"long-values", "An id of 255 bytes and a value of 10,000 are still ordinary.", "CohortMember",
     Stream::kCohortSync, Needs::kNothing, long_values},
    {"numeric-ids", "An id may come as a number; it must not be an error of the server.",
     "mixpanel_cohort_id", Stream::kCohortSync, Needs::kNothing, numeric_ids},
    {"duplicate-keys", "JSON allows a key twice; it must not be an error of the server.", "CohortMember",
     Stream::kCohortSync, Needs::kNothing, duplicate_keys},
    {"keep-alive", "A connection for each page makes a large load slow, and exhausts ports.", "HTTP",
     Stream::kCohortSync, Needs::kNothing, keep_alive},
    {"gzip", "A compressed body is taken or refused, never misread.", "HTTP, optional", Stream::kCohortSync,
     Needs::kNothing, gzip_body},
    {"slow-body", "A sender behind a slow line is not cut off within three seconds.", "HTTP",
     Stream::kCohortSync, Needs::kNothing, slow_body},
    {"in-time", "An answer that comes too late is an answer lost.", "retries", Stream::kCohortSync,
     Needs::kNothing, in_time},
    {"credentials-right", "The sender's user and password are accepted.", "HTTP Basic", Stream::kCohortSync,
     Needs::kCredentials, credentials_right},
    {"credentials-wrong", "Nobody else may say who is in a cohort.", "HTTP Basic", Stream::kCohortSync,
     Needs::kCredentials, credentials_wrong},
    {"credentials-missing", "Nobody else may say who is in a cohort.", "HTTP Basic", Stream::kCohortSync,
     Needs::kCredentials, credentials_missing},
};

}  // namespace

std::span<const Case> answer_cases() {
  return kCases;
}

}  // namespace bellwether::conformance
