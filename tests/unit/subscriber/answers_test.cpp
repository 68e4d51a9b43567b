#include "subscriber/answers.hpp"

#include <gtest/gtest.h>

namespace bellwether::subscriber {
namespace {

TEST(Answers, ATableOfStatuses) {
  struct Case {
    Problem problem;
    unsigned status;
    const char* header;
    bool kept;
  };
  for (const Case& c :
       {Case{Problem::kMalformed, 400, "", true}, Case{Problem::kNotTheContract, 400, "", true},
        Case{Problem::kUnauthorized, 401, "WWW-Authenticate", false},
        Case{Problem::kProjectNotAllowed, 403, "", false}, Case{Problem::kWebPage, 403, "", false},
        Case{Problem::kUnknownPath, 404, "", false}, Case{Problem::kWrongMethod, 405, "Allow", false},
        Case{Problem::kTimeout, 408, "", false}, Case{Problem::kTooLarge, 413, "", true},
        Case{Problem::kWrongMediaType, 415, "Accept", false},
        Case{Problem::kOverloaded, 429, "Retry-After", false},
        Case{Problem::kHeadersTooLarge, 431, "", false},
        Case{Problem::kUnavailable, 503, "Retry-After", false}}) {
    const net::Response response = failure(c.problem, contract::Action::kMembers, "why");
    EXPECT_EQ(response.status, c.status);
    EXPECT_EQ(policy_of(c.problem).is_kept, c.kept);
    EXPECT_EQ(response.headers.size() == 1 ? "" : response.headers[0].name, c.header);
    EXPECT_EQ(response.headers.back().name, "X-Content-Type-Options");
    EXPECT_NE(response.body.find("\"action\":\"members\",\"status\":\"failure\""), std::string::npos);
  }
}

TEST(Answers, WhatPassesByItselfNeverStopsASender) {
  // 400, 401, 403 and 404 pause a sync until a person acts.
  for (const Problem problem : {Problem::kTimeout, Problem::kOverloaded, Problem::kUnavailable}) {
    const unsigned status = policy_of(problem).status;
    EXPECT_TRUE(status != 400 && status != 401 && status != 403 && status != 404);
  }
}

TEST(Answers, MapWhatTheServerAndTheDecoderRefuse) {
  for (const unsigned status : {400U, 408U, 413U, 414U, 415U, 417U, 429U, 431U, 500U, 501U, 503U, 505U}) {
    EXPECT_EQ(policy_of(problem_of_status(status)).status, status);
  }
  using Kind = contract::DecodeError::Kind;
  EXPECT_EQ(problem_of({.kind = Kind::kMalformed}), Problem::kMalformed);
  EXPECT_EQ(problem_of({.kind = Kind::kContract}), Problem::kNotTheContract);
  EXPECT_EQ(problem_of({.kind = Kind::kLimit}), Problem::kTooLarge);
}

}  // namespace
}  // namespace bellwether::subscriber
