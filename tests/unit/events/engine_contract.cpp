#include "unit/events/engine_contract.hpp"

#include <future>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "events/schema.hpp"
#include "events/sql.hpp"

namespace bellwether::testing {

using namespace events;
using ::testing::HasSubstr;

namespace {

std::string run(Engine& engine, std::string_view statement, const Parameters& parameters = {},
                std::string_view format = "TabSeparated") {
  const auto answer = engine.run(statement, parameters, format, {});
  return answer ? *answer : "error: " + answer.error().message;
}

void expect_parameters(Engine& engine) {
  const std::string odd = "a\tb\\c\nd'e\"{x:String} ü \\N -- ;";
  EXPECT_EQ(run(engine, "SELECT {text:String} = {same:String}, length({text:String})",
                Parameters().add("text", odd).add("same", odd)),
            fmt::format("1\t{}\n", odd.size()));
  EXPECT_EQ(run(engine, "SELECT length({list:Array(String)}), {list:Array(String)}[1] = {first:String}",
                Parameters().add("list", {odd, "", "x"}).add("first", odd)),
            "3\t1\n");
  EXPECT_EQ(run(engine, "SELECT {n:Int64} + 1, {f:Float64} * 2, {t:DateTime64(3, 'UTC')}",
                Parameters().add("n", std::int64_t{-5}).add("f", 0.25).add("t", from_unix_ms(1770375210007))),
            "-4\t0.5\t2026-02-06 10:53:30.007\n");
}

void expect_errors(Engine& engine) {
  const auto kind = [&](std::string_view statement, const QueryOptions& options = {}) {
    const auto answer = engine.run(statement, {}, "TabSeparated", options);
    EXPECT_FALSE(answer) << statement;
    return answer ? EngineError{} : answer.error();
  };
  EXPECT_EQ(kind("SELECT nothing_like_it").kind, EngineError::Kind::kQuery);
  EXPECT_EQ(kind("SELECT nothing_like_it").code, 47);
  EXPECT_EQ(kind("SELECT {missing:String}").kind, EngineError::Kind::kQuery);
  EXPECT_EQ(kind("SELECT sleep(3)", {.timeout = Millis(500)}).kind, EngineError::Kind::kTimeout);
  EXPECT_EQ(kind("SELECT number, groupArray(number) FROM numbers(50000000) GROUP BY number "
                 "SETTINGS max_memory_usage = 50000000")
                .kind,
            EngineError::Kind::kLimit);
  EXPECT_EQ(run(engine, "SELECT 1"), "1\n") << "it goes on";
}

void expect_streams(Engine& engine) {
  std::size_t bytes = 0;
  const auto count = [&](std::string_view piece) {
    bytes += piece.size();
    return true;
  };
  ASSERT_TRUE(engine.stream("SELECT number FROM numbers({n:UInt64})",
                            Parameters().add("n", std::int64_t{1'000'000}), "TabSeparated", {}, count));
  EXPECT_EQ(bytes, 6'888'890U);
  int pieces = 0;
  ASSERT_TRUE(engine.stream("SELECT number FROM numbers(100000000)", {}, "TabSeparated", {},
                            [&](std::string_view) { return ++pieces < 2; }));
  EXPECT_EQ(pieces, 2) << "ends early";
  const auto failed =
      engine.stream("SELECT throwIf(number = 500000) FROM numbers(1000000)", {}, "TabSeparated", {}, count);
  ASSERT_FALSE(failed) << "an exception behind the first rows is told";
  EXPECT_THAT(failed.error().message, HasSubstr("FUNCTION_THROW_IF"));
  EXPECT_EQ(run(engine, "SELECT 2"), "2\n");
}

void expect_events(Engine& engine) {
  ASSERT_TRUE(migrate(engine)) << migrate(engine).error().message;
  ASSERT_TRUE(migrate(engine)) << "a second time changes nothing";
  const auto row = [](std::string_view id, std::string_view insert_id, std::string_view properties,
                      int received) {
    return fmt::format(
        R"({{"project_id":"8","event":"Buy","distinct_id":"{}","time":1770375210500,"insert_id":"{}",)"
        R"("properties":{},"received_at":{}}})"
        "\n",
        id, insert_id, properties, received);
  };
  const std::string rows = row("ann", "1", R"({"price":1,"note":"a;b\nc"})", 100) +
                           row("ann", "1", R"({"price":2})", 200) +
                           row("bob", "2", R"({"tags":["x",1],"deep":{"a":null}})", 100);
  const auto inserted = engine.insert(sql::kInsertEvents, rows, {});
  ASSERT_TRUE(inserted) << inserted.error().message;
  EXPECT_EQ(run(engine, sql::kCountEvents, Parameters().add("project", "8").add("from", from_unix_ms(0)),
                "JSONEachRow"),
            "{\"events\":2,\"people\":2}\n")
      << "of duplicates one counts";
  EXPECT_EQ(run(engine, "SELECT properties.price FROM bellwether.event FINAL WHERE distinct_id = 'ann'"),
            "2\n")
      << "the one received last";
  EXPECT_EQ(run(engine, sql::kCountEvents,
                Parameters().add("project", "8' OR 1=1").add("from", from_unix_ms(0)), "JSONEachRow"),
            "{\"events\":0,\"people\":0}\n");
  const auto wrong = engine.insert(sql::kInsertEvents, "{\"time\":\"never\"}\n", {});
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().kind, EngineError::Kind::kQuery);
}

void expect_concurrency(Engine& engine) {
  auto slow = std::async(std::launch::async, [&] { return run(engine, "SELECT sleep(1)"); });
  const auto begun = std::chrono::steady_clock::now();
  std::vector<std::future<std::string>> quick;
  quick.reserve(8);
  for (int i = 0; i < 8; ++i) {
    quick.push_back(std::async(std::launch::async, [&engine, i] {
      return run(engine, "SELECT {n:Int64}", Parameters().add("n", std::int64_t{i}));
    }));
  }
  for (int i = 0; i < 8; ++i) EXPECT_EQ(quick[static_cast<std::size_t>(i)].get(), fmt::format("{}\n", i));
  EXPECT_EQ(slow.wait_for(std::chrono::seconds(0)), std::future_status::timeout)
      << "eight short ones were done before the long one; after "
      << std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count() << " s";
  EXPECT_EQ(slow.get(), "0\n");
}

}  // namespace

void expect_engine_keeps_its_word(Engine& engine) {
  expect_parameters(engine);
  expect_errors(engine);
  expect_streams(engine);
  expect_events(engine);
  expect_concurrency(engine);
}

}  // namespace bellwether::testing
