#include "retry_policy/verdict.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bellwether::retry_policy {
namespace {

using contract::Action;
using ::testing::HasSubstr;
const Timestamp kNow = from_unix_ms(1'770'375'210'000);  // Fri, 06 Feb 2026 10:53:30 GMT

Attempt answered(unsigned status, const std::string& body = "", const std::string& retry_after = "") {
  net::ClientResponse response{.status = status, .body = body};
  if (!retry_after.empty()) response.headers.push_back({"Retry-After", retry_after});
  return response;
}

const std::string kSuccess = R"({"action":"add_members","status":"success"})";

TEST(Verdict, OfAPage) {
  struct Case {
    std::string name;
    Attempt attempt;
    Verdict verdict;
    std::string message;
  };
  const auto failure = [](net::ClientFailure::Kind kind) {
    return Attempt(std::unexpected(net::ClientFailure{kind, "why"}));
  };
  using Kind = net::ClientFailure::Kind;
  for (
      const Case& c : std::vector<Case>{
          {"success", answered(200, kSuccess), Verdict::kDelivered, ""},
          {"any 2xx", answered(202, kSuccess), Verdict::kDelivered, ""},
          {"no body", answered(200), Verdict::kRetry, "not the contract's"},
          {"another body", answered(200, "OK"), Verdict::kRetry, "not the contract's"},
          {"no status", answered(200, R"({"action":"add_members"})"), Verdict::kRetry, "status: expected"},
          {"another action", answered(200, R"({"action":"members","status":"success"})"), Verdict::kRetry,
           "echoed \"members\", not \"add_members\""},
          {"failure, to be paused",
           answered(
               200,
               R"({"action":"add_members","status":"failure","error":{"message":"bad token","code":401}})"),
           Verdict::kPause, "bad token"},
          {"failure, to be retried",
           answered(200, R"({"action":"add_members","status":"failure","error":{"code":503}})"),
           Verdict::kRetry, "reported a failure"},
          {"failure, final",
           answered(200, R"({"action":"add_members","status":"failure","error":{"code":422}})"),
           Verdict::kFail, ""},
          {"failure without a code", answered(200, R"({"action":"add_members","status":"failure"})"),
           Verdict::kRetry, ""},
          {"failure with a code that says success",
           answered(200, R"({"action":"add_members","status":"failure","error":{"code":200}})"),
           Verdict::kRetry, ""},
          {"400",
           answered(
               400,
               R"({"action":"add_members","status":"failure","error":{"message":"no such list","code":400}})"),
           Verdict::kPause, "answered 400: no such list"},
          {"401", answered(401), Verdict::kPause, "answered 401"},
          {"403", answered(403, "<html>"), Verdict::kPause, "answered 403"},
          {"404", answered(404), Verdict::kPause, ""},
          {"429", answered(429), Verdict::kRetry, ""},
          {"500", answered(500), Verdict::kRetry, ""},
          {"503", answered(503), Verdict::kRetry, ""},
          {"599", answered(599), Verdict::kRetry, ""},
          {"301", answered(301), Verdict::kFail, ""},
          {"402", answered(402), Verdict::kFail, ""},
          {"413", answered(413), Verdict::kFail, ""},
          {"499", answered(499), Verdict::kFail, ""},
          {"600", answered(600), Verdict::kFail, ""},
          {"time-out", failure(Kind::kTimeout), Verdict::kRetry, "why"},
          {"broken", failure(Kind::kBroken), Verdict::kRetry, "why"},
          {"no connection", failure(Kind::kConnect), Verdict::kRetry, ""},
          {"no address", failure(Kind::kResolve), Verdict::kRetry, ""},
          {"no trust", failure(Kind::kTls), Verdict::kRetry, ""},
          {"forbidden by us", failure(Kind::kForbidden), Verdict::kPause, "why"},
          {"no URL", failure(Kind::kBadUrl), Verdict::kPause, ""},
      }) {
    const Judgement judgement = judge_page(Action::kAddMembers, c.attempt, kNow);
    EXPECT_EQ(to_string(judgement.verdict), to_string(c.verdict)) << c.name;
    EXPECT_THAT(judgement.message, HasSubstr(c.message)) << c.name;
    EXPECT_EQ(judgement.message.empty(), c.verdict == Verdict::kDelivered) << c.name;
  }
}

TEST(Verdict, OfAnAlert) {
  EXPECT_EQ(judge_alert(answered(200, "thanks"), kNow).verdict, Verdict::kDelivered);
  EXPECT_EQ(judge_alert(answered(204), kNow).verdict, Verdict::kDelivered);
  EXPECT_EQ(judge_alert(answered(302), kNow).verdict, Verdict::kFail);
  EXPECT_EQ(judge_alert(answered(404), kNow).verdict, Verdict::kPause);
  EXPECT_EQ(judge_alert(answered(500), kNow).verdict, Verdict::kRetry);
}

TEST(Verdict, HonoursRetryAfter) {
  EXPECT_EQ(judge_page(Action::kMembers, answered(429, "", "7"), kNow).retry_after, std::chrono::seconds(7));
  EXPECT_EQ(
      judge_page(Action::kMembers, answered(503, "", "Fri, 06 Feb 2026 10:54:00 GMT"), kNow).retry_after,
      std::chrono::seconds(30));
  EXPECT_EQ(parse_retry_after("Fri, 06 Feb 2026 10:00:00 GMT", kNow), Millis(0)) << "in the past";
  for (const char* wrong : {"", "soon", "-1", "1.5", "Fri, 06 Feb 2026 10:54:00 GMT+1"}) {
    EXPECT_FALSE(parse_retry_after(wrong, kNow)) << wrong;
  }
}

}  // namespace
}  // namespace bellwether::retry_policy
