#include "importer/verdict.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bellwether::importer {
namespace {

using ::testing::HasSubstr;

constexpr std::size_t kRecords = 3;

TEST(ImportVerdict, OfEachAnswer) {
  struct Case {
    unsigned status;
    std::string body;
    Outcome outcome;
  };
  const std::vector<Case> cases{
      {200, R"({"num_records_imported":3})", Outcome::kTaken},
      {400, R"({"num_records_imported":2,"failed_records":[{"index":1}]})", Outcome::kTaken},
      {400, R"({"error":"the body is not JSON"})", Outcome::kRefused},
      {413, R"({"error":"too large"})", Outcome::kRefused},
      {401, R"({"error":"Invalid credentials"})", Outcome::kStop},
      {401, "<html>", Outcome::kStop},
      {403, R"({"error":"read only"})", Outcome::kStop},
      {429, R"({"error":"slower"})", Outcome::kBusy},
      {500, R"({"error":"the disk is full"})", Outcome::kBusy},
      {503, "<html>too many requests</html>", Outcome::kBusy},
      {503, R"({"num_records_imported":3})", Outcome::kBusy},
      // A firewall that dislikes what one record has in it, a proxy's page, another server:
      {403, "<html>Request blocked</html>", Outcome::kStrange},
      {406, "Not Acceptable", Outcome::kStrange},
      {413, "<html>413 Request Entity Too Large</html>", Outcome::kStrange},
      {404, R"({"error":"no such path"})", Outcome::kStrange},
      {301, "", Outcome::kStrange},
      {500, "", Outcome::kStrange},
      {502, "<html>Bad Gateway</html>", Outcome::kStrange},
      {504, "<html>Gateway Time-out</html>", Outcome::kStrange},
      {200, "<html>", Outcome::kStrange},
      {200, R"({"num_records_imported":4})", Outcome::kStrange},
      {200, R"({"num_records_imported":-1})", Outcome::kStrange},
      {200, R"({"num_records_imported":1,"failed_records":[{"index":999}]})", Outcome::kStrange},
      {400, R"({"num_records_imported":0})", Outcome::kStrange}};
  for (const auto& [status, body, outcome] : cases) {
    net::ClientResponse response;
    response.status = status;
    response.body = body;
    const Verdict verdict = judge(response, kRecords, {});
    EXPECT_EQ(verdict.outcome, outcome) << status << " " << body;
    if (outcome == Outcome::kTaken) continue;
    EXPECT_THAT(verdict.message, HasSubstr(std::to_string(status)));
  }
}

TEST(ImportVerdict, APublisherThatIsAwayIsWaitedForAndABadUrlIsNot) {
  using Kind = net::ClientFailure::Kind;
  const std::vector<std::pair<Kind, Outcome>> cases{
      {Kind::kBadUrl, Outcome::kStop},     {Kind::kResolve, Outcome::kBusy},
      {Kind::kConnect, Outcome::kBusy},    {Kind::kTls, Outcome::kBusy},
      {Kind::kTimeout, Outcome::kStrange}, {Kind::kBroken, Outcome::kStrange}};
  for (const auto& [kind, outcome] : cases)
    EXPECT_EQ(judge(std::unexpected(net::ClientFailure{kind, "no"}), kRecords, {}).outcome, outcome);
}

TEST(ImportVerdict, TellsHowLongToWait) {
  net::ClientResponse response;
  response.status = 429;
  response.headers = {{"Retry-After", "7"}};
  EXPECT_EQ(judge(response, kRecords, {}).retry_after, std::chrono::seconds(7));
}

}  // namespace
}  // namespace bellwether::importer
