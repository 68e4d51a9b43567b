#include <gtest/gtest.h>

#include "events/engine.hpp"
#include "support/migrated_engine.hpp"

namespace bellwether::events {
namespace {

TEST(EngineException, KeepsTheNameAndNoneOfTheText) {
  struct Case {
    const char* text;
    int code;
    EngineError::Kind kind;
    const char* message;
  };
  for (const Case& c : {
           Case{"Code: 241. DB::Exception: Memory limit exceeded. (MEMORY_LIMIT_EXCEEDED) (version 26.5.1.1)",
                241, EngineError::Kind::kLimit, "the event engine's error 241 (MEMORY_LIMIT_EXCEEDED)"},
           Case{"Code: 27. DB::Exception: Cannot parse {\"$email\":\"a@b.example (SECRET_WORD x)\"}: (at row "
                "1)\n. "
                "(CANNOT_PARSE_INPUT_ASSERTION_FAILED) (version 26.5.1.1)",
                27, EngineError::Kind::kQuery,
                "the event engine's error 27 (CANNOT_PARSE_INPUT_ASSERTION_FAILED)"},
           Case{"Code: 62. DB::Exception: Syntax error", 62, EngineError::Kind::kQuery,
                "the event engine's error 62"},
           Case{"nonsense", 0, EngineError::Kind::kQuery, "nonsense"},
       }) {
    const EngineError error = decode_exception(c.text);
    EXPECT_EQ(error.code, c.code) << c.text;
    EXPECT_EQ(error.kind, c.kind) << c.text;
    EXPECT_EQ(error.message, c.message) << c.text;
  }
}

TEST(ChdbException, QuotesNothingOfARow) {
  testing::MigratedEngine engine;
  const auto refused = engine->insert(
      "INSERT INTO bellwether.identity (project_id, alias, person, known_at) FORMAT JSONEachRow",
      R"({"project_id":"8","alias":"person.secret@example.com","person":Infinity,"known_at":1})", {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message.find("secret"), std::string::npos) << refused.error().message;
  EXPECT_NE(refused.error().message.find(" ("), std::string::npos) << refused.error().message;
}

}  // namespace
}  // namespace bellwether::events
