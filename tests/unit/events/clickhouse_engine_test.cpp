#include "events/clickhouse_engine.hpp"

#include <cstdlib>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "events/chdb_engine.hpp"
#include "support/scripted_endpoint.hpp"
#include "support/temporary_folder.hpp"
#include "unit/events/clickhouse_front.hpp"
#include "unit/events/engine_contract.hpp"

namespace bellwether::events {
namespace {

using bellwether::testing::ClickhouseFront;
using bellwether::testing::ScriptedEndpoint;

TEST(Clickhouse, KeepsItsWordWithARealEngineBehind) {
  const bellwether::testing::TemporaryFolder folder;
  auto chdb = ChdbEngine::open(
      {.library = BELLWETHER_CHDB_LIBRARY, .folder = folder.file("events"), .simultaneous = 10});
  ASSERT_TRUE(chdb) << chdb.error().message;
  const ClickhouseFront front(**chdb, "ann", "pw");
  ClickhouseEngine engine({.url = front.url(), .user = "ann", .password = "pw"});
  bellwether::testing::expect_engine_keeps_its_word(engine);
  ClickhouseEngine stranger({.url = front.url(), .user = "ann", .password = "wrong"});
  const auto refused = stranger.run("SELECT 1", {}, "TabSeparated", {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, 516);
}

TEST(Clickhouse, SpeaksPlainlyOrCompressedAndOverTls) {
  const bellwether::testing::TemporaryFolder folder;
  const std::string files = "-keyout " + folder.file("key") + " -out " + folder.file("certificate");
  const std::string make =
      "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=x -addext subjectAltName=IP:127.0.0.1 " +
      files + " 2>/dev/null";
  ASSERT_EQ(std::system(make.c_str()), 0);
  auto chdb = ChdbEngine::open({.library = BELLWETHER_CHDB_LIBRARY, .folder = folder.file("events")});
  ASSERT_TRUE(chdb) << chdb.error().message;
  const ClickhouseFront front(**chdb, "ann", "pw",
                              net::TlsFiles{folder.file("certificate"), folder.file("key")});
  const auto ask = [&](const ClickhouseEngine::Options& options) {
    ClickhouseEngine engine(options);
    EXPECT_TRUE(engine.run("CREATE TABLE IF NOT EXISTS x (a String) ENGINE = Memory", {}, "Null", {}));
    EXPECT_TRUE(
        engine.insert("INSERT INTO default.x FORMAT TabSeparated", std::string(100'000, 'a') + "\n", {}));
    return engine.run("SELECT max(length(a)) FROM default.x", {}, "TabSeparated", {}).value_or("nothing");
  };
  ClickhouseEngine::Options options{.url = front.url(),
                                    .user = "ann",
                                    .password = "pw",
                                    .ca_file = folder.file("certificate"),
                                    .compress = false};
  EXPECT_EQ(ask(options), "100000\n");
  EXPECT_EQ(front.compressed_requests() + front.compressed_answers(), 0);
  options.compress = true;
  EXPECT_EQ(ask(options), "100000\n");
  EXPECT_EQ(front.compressed_requests(), 1);
  EXPECT_EQ(front.compressed_answers(), 3);
  options.ca_file.clear();
  ClickhouseEngine distrustful(options);
  EXPECT_FALSE(distrustful.run("SELECT 1", {}, "Null", {}));
}

class Faults : public ::testing::Test {
 protected:
  static EngineError run(const ScriptedEndpoint& endpoint, Millis timeout = std::chrono::seconds(5)) {
    ClickhouseEngine engine({.url = "http://127.0.0.1:" + std::to_string(endpoint.port())});
    const auto answer = engine.run("SELECT 1", {}, "TabSeparated", {.timeout = timeout});
    EXPECT_FALSE(answer);
    return answer ? EngineError{} : answer.error();
  }
};

TEST_F(Faults, A503IsUnavailable) {
  const ScriptedEndpoint endpoint({{"HTTP/1.1 503 Busy\r\nContent-Length: 8\r\n\r\nstarting"}});
  const EngineError error = run(endpoint);
  EXPECT_EQ(error.kind, EngineError::Kind::kUnavailable);
  EXPECT_EQ(error.message, "starting");
}

TEST_F(Faults, AnAnswerThatIsCutOffIsUnavailable) {
  const ScriptedEndpoint endpoint({{"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", true}});
  EXPECT_EQ(run(endpoint).kind, EngineError::Kind::kUnavailable);
}

TEST_F(Faults, NobodyThereIsUnavailable) {
  ClickhouseEngine engine({.url = "http://127.0.0.1:1"});
  const auto answer = engine.run("SELECT 1", {}, "TabSeparated", {});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, EngineError::Kind::kUnavailable);
}

TEST_F(Faults, AnExceptionBehindTheFirstRowsIsNoResult) {
  for (const std::string tail : {"Code: 395. DB::Exception: it broke. (X)\n",
                                 "__exception__\r\nabc\r\nCode: 395. DB::Exception: it broke. (X)\n"}) {
    const ScriptedEndpoint endpoint({{ScriptedEndpoint::ok("1\n2\n" + tail)}});
    ClickhouseEngine engine({.url = "http://127.0.0.1:" + std::to_string(endpoint.port())});
    const auto streamed =
        engine.stream("SELECT 1", {}, "TabSeparated", {}, [](std::string_view) { return true; });
    ASSERT_FALSE(streamed) << tail;
    EXPECT_EQ(streamed.error().code, 395);
  }
  // The same words inside a row are data.
  const ScriptedEndpoint endpoint({{ScriptedEndpoint::ok("note: Code: 1. DB::Exception: x\n")}});
  ClickhouseEngine engine({.url = "http://127.0.0.1:" + std::to_string(endpoint.port())});
  std::string seen;
  ASSERT_TRUE(engine.stream("SELECT 1", {}, "TabSeparated", {}, [&](std::string_view piece) {
    seen += piece;
    return true;
  }));
  EXPECT_EQ(seen, "note: Code: 1. DB::Exception: x\n");
}

}  // namespace
}  // namespace bellwether::events
