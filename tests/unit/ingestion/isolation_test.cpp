#include <gtest/gtest.h>

#include "ingestion/event_writer.hpp"
#include "ingestion/profile_writer.hpp"
#include "support/migrated_engine.hpp"

/// The real engine, but for rows with a certain word, which it refuses as it refuses a value that it cannot
/// store.
namespace bellwether::ingestion {
namespace {

using events::EngineError;

class Refusing final : public events::Engine {
 public:
  explicit Refusing(events::Engine& engine) : engine_(engine) {}
  std::expected<std::string, EngineError> run(std::string_view statement,
                                              const events::Parameters& parameters, std::string_view format,
                                              const events::QueryOptions& options) override {
    return engine_.run(statement, parameters, format, options);
  }
  std::expected<void, EngineError> stream(std::string_view statement, const events::Parameters& parameters,
                                          std::string_view format, const events::QueryOptions& options,
                                          const std::function<bool(std::string_view)>& on_piece) override {
    return engine_.stream(statement, parameters, format, options, on_piece);
  }
  std::expected<void, EngineError> insert(std::string_view statement, std::string_view rows,
                                          const events::QueryOptions& options) override {
    ++inserts;
    if (rows.find("throws") != std::string_view::npos) throw std::bad_alloc();
    if (rows.find("poison") != std::string_view::npos)
      return std::unexpected(EngineError{EngineError::Kind::kQuery, 27, "refused"});
    return engine_.insert(statement, rows, options);
  }
  std::size_t inserts = 0;

 private:
  events::Engine& engine_;
};

std::optional<std::string> any_project(std::string_view token) {
  return std::string(token);
}

// Named so that sanitized builds, in which the embedded engine does not run, leave it out.
TEST(ChdbIsolation, OneBadProfileUpdateHurtsNoOther) {
  testing::MigratedEngine migrated;
  Refusing engine(*migrated);
  std::map<std::string, ProfileWriter::Outcome> outcomes;
  constexpr int kOthers = 60;
  {
    // All come within the delay, so they are one batch.
    ProfileWriter writer(engine, {.delay = std::chrono::milliseconds(300)});
    const auto send = [&](const std::string& id, const std::string& value) {
      auto batch = decode_profile_updates(
          R"({"$token":"8","$distinct_id":")" + id + R"(","$set":{"v":")" + value + "\"}}",
          {.project_of_token = any_project});
      ASSERT_TRUE(batch);
      writer.write(std::move(batch->updates),
                   [&outcomes, id](const auto& outcome) { outcomes.emplace(id, outcome); });
    };
    for (int i = 0; i < kOthers; ++i) send("p" + std::to_string(i), "good");
    send("bad", "poison");
    for (int i = kOthers; i < 2 * kOthers; ++i) send("p" + std::to_string(i), "good");
    writer.stop();
  }
  ASSERT_EQ(outcomes.size(), 2U * kOthers + 1);
  for (const auto& [id, outcome] : outcomes) {
    ASSERT_TRUE(outcome) << id;
    EXPECT_EQ(outcome->size(), id == "bad" ? 1U : 0U) << id;
  }
  EXPECT_LT(engine.inserts, 40U) << "halved, not tried one by one";
}

TEST(ChdbIsolation, AnExceptionLosesItsBatchAndTheThreadGoesOn) {
  testing::MigratedEngine migrated;
  Refusing engine(*migrated);
  EventWriter writer(engine, {.delay = std::chrono::milliseconds(0)});
  const auto send = [&](const std::string& name) {
    auto batch = decode_events(R"({"event":")" + name + R"(","properties":{}})",
                               {.project_id = "8", .now = system_now()});
    const auto written = std::make_shared<bool>(false);
    const std::weak_ptr<bool> dropped = written;
    std::atomic<bool> told = false;
    writer.write(std::move(*batch), [written, &told](const Written& done) {
      *written = done.has_value();
      told = true;
    });
    while (!told && written.use_count() > 1) std::this_thread::yield();
    return *written;
  };
  EXPECT_FALSE(send("throws"));
  EXPECT_TRUE(send("good"));
  writer.stop();
}

TEST(ChdbIsolation, OneBadEventHurtsNoOtherOfItsRequest) {
  testing::MigratedEngine migrated;
  Refusing engine(*migrated);
  std::string body = "[{\"event\":7}";
  for (int i = 0; i < 50; ++i) {
    const char* name = i == 7 || i == 49 ? "poison" : "good";
    body += "," + (R"({"event":")" + std::string(name)) + R"(","properties":{}})";
  }
  std::optional<Written> outcome;
  std::string stored;
  {
    EventWriter writer(engine, {}, [&](std::string_view rows) { stored += rows; });
    writer.write(*decode_events(body + "]", {.project_id = "8", .now = system_now()}),
                 [&](const Written& written) { outcome = written; });
    writer.stop();
  }
  ASSERT_TRUE(outcome && *outcome);
  ASSERT_EQ((*outcome)->size(), 2U);
  EXPECT_EQ((**outcome)[0].record, 8U) << "behind the one that the decoder rejected";
  EXPECT_EQ((**outcome)[1].record, 50U);
  EXPECT_EQ(std::ranges::count(stored, '\n'), 48);
  const auto count = migrated->run("SELECT count() FROM bellwether.event", {}, "TabSeparated", {});
  EXPECT_EQ(count.value_or(""), "48\n");
}

TEST(ChdbIsolation, AGroupsProfileIsKeptApartFromPeoples) {
  testing::MigratedEngine migrated;
  ProfileWriter writer(*migrated, {});
  const auto write = [&](ProfilesOf of, const std::string& whose, const std::string& operation) {
    auto batch = decode_profile_updates(R"([{"$token":"8",)" + whose + "," + operation + "}]",
                                        {.of = of, .project_of_token = any_project});
    ASSERT_TRUE(batch);
    ASSERT_EQ(batch->rejected.size(), 0U);
    writer.write(std::move(batch->updates),
                 [](const auto& outcome) { ASSERT_TRUE(outcome && outcome->empty()); });
  };
  const std::string acme = R"("$group_key":"company","$group_id":"acme")";
  write(ProfilesOf::kGroups, acme, R"("$set":{"plan":"free","seats":3})");
  write(ProfilesOf::kPeople, R"("$distinct_id":"acme")", R"("$set":{"plan":"person"})");
  write(ProfilesOf::kGroups, acme, R"("$set":{"plan":"pro"})");
  write(ProfilesOf::kGroups, R"("$group_key":"team","$group_id":"acme")", R"("$set_once":{"plan":"team"})");
  writer.stop();
  const auto groups = migrated->run(
      "SELECT group_key, group_id, document FROM bellwether.group_profile FINAL ORDER BY group_key", {},
      "TabSeparated", {});
  EXPECT_EQ(groups.value_or(""),
            "company\tacme\t{\"plan\":\"pro\",\"seats\":3}\nteam\tacme\t{\"plan\":\"team\"}\n");
  const auto people =
      migrated->run("SELECT distinct_id, document FROM bellwether.profile FINAL", {}, "TabSeparated", {});
  EXPECT_EQ(people.value_or(""), "acme\t{\"plan\":\"person\"}\n");
}

TEST(ChdbIsolation, OneBadEventHurtsNoOtherRequest) {
  testing::MigratedEngine migrated;
  Refusing engine(*migrated);
  std::vector<std::pair<bool, bool>> outcomes;  // bad, written
  {
    EventWriter writer(engine, {.delay = std::chrono::milliseconds(300)});
    for (int i = 0; i < 100; ++i) {
      const bool bad = i == 37 || i == 38;
      auto batch =
          decode_events(R"({"event":")" + std::string(bad ? "poison" : "good") + R"(","properties":{}})",
                        {.project_id = "8", .now = system_now()});
      writer.write(std::move(*batch), [&outcomes, bad](const Written& written) {
        outcomes.emplace_back(bad, written && written->empty());
      });
    }
    writer.stop();
  }
  ASSERT_EQ(outcomes.size(), 100U);
  for (const auto& [bad, written] : outcomes) EXPECT_NE(bad, written);
}

}  // namespace
}  // namespace bellwether::ingestion
