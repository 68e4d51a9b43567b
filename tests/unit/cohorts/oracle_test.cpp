#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cohorts/query.hpp"
#include "ingestion/event_writer.hpp"
#include "ingestion/profile_writer.hpp"
#include "unit/cohorts/plain_evaluator.hpp"
#include "unit/cohorts/random_shop.hpp"
#include "unit/events/migrated_engine.hpp"

namespace bellwether::testing {
namespace {

namespace json = boost::json;

const Timestamp kNow = *parse_iso8601("2026-01-20T12:00:00Z");

std::optional<std::string> any_token(std::string_view) {
  return "";
}

/// The same data in the engine and as plain values.
class OracleTest : public ::testing::Test {
 protected:
  void load(RandomShop& shop, const std::string& project) {
    data_ = {};
    load_events(shop.events(120), project);
    load_profiles(shop.profiles(), project);
  }

  std::set<std::string> ask(const cohorts::Definition& definition, const std::string& project) {
    const auto find = [&](const std::string& name) -> std::expected<cohorts::Source, std::string> {
      return data_.cohorts.at(name);
    };
    const auto query = cohorts::compile(definition, project, kNow, find);
    EXPECT_TRUE(query) << query.error();
    const auto rows = engine_->run(query->statement, query->parameters, "TabSeparated", {});
    EXPECT_TRUE(rows) << rows.error().message << "\n" << query->statement;
    std::set<std::string> people;
    std::string_view rest = rows ? std::string_view(*rows) : "";
    for (std::size_t end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n')) {
      const bool fresh = people.emplace(rest.substr(0, end)).second;
      EXPECT_TRUE(fresh) << "a person comes twice: " << rest.substr(0, end);
      rest.remove_prefix(end + 1);
    }
    return people;
  }

  PlainData data_;

 private:
  void load_events(const std::string& text, const std::string& project) {
    auto batch = ingestion::decode_events(text, {.project_id = project, .now = kNow});
    ASSERT_TRUE(batch) << batch.error();
    ASSERT_TRUE(batch->failed.empty()) << batch->failed[0].message;
    std::map<std::string, std::string> persons;
    for (const auto& link : batch->links) persons.emplace(link.alias, link.person);
    // The later of two equal events counts: the engine must be told in two requests which is later.
    std::map<std::string, PlainEvent> once;
    ingestion::EventWriter writer(*engine_, {});
    const auto events = json::parse(text).as_array();
    std::vector<std::vector<std::string>> rounds;
    std::map<std::string, std::size_t> seen;
    for (const json::value& event : events) {
      json::object properties = event.at("properties").as_object();
      std::string id =
          properties.contains("distinct_id") ? std::string(properties.at("distinct_id").as_string()) : "";
      if (id.empty() && properties.contains("$user_id")) id = properties.at("$user_id").as_string();
      if (id.empty()) id = "$device:" + std::string(properties.at("$device_id").as_string());
      const auto at = from_unix_ms(properties.at("time").as_int64() * 1000);
      const std::string name(event.at("event").as_string());
      const std::string key = fmt::format("{} {} {} {}", name, to_unix_ms(at), id,
                                          std::string(properties.at("$insert_id").as_string()));
      const std::size_t round = seen[key]++;
      if (rounds.size() <= round) rounds.resize(round + 1);
      rounds[round].push_back(json::serialize(event));
      for (const auto* gone : {"time", "distinct_id", "$insert_id"}) properties.erase(gone);
      const auto person = persons.find(id);
      once[key] = {name, person == persons.end() ? id : person->second, at, properties};
    }
    for (std::size_t round = 0; round < rounds.size(); ++round) {
      std::string lines;
      for (const std::string& line : rounds[round]) lines += line + "\n";
      auto part = ingestion::decode_events(
          lines, {.project_id = project, .now = kNow + Millis(static_cast<std::int64_t>(round))});
      ASSERT_TRUE(part);
      writer.write(std::move(*part),
                   [](const ingestion::Written& done) { EXPECT_TRUE(done) << done.error().message; });
    }
    writer.stop();
    for (auto& [key, event] : once) data_.events.push_back(std::move(event));
  }

  void load_profiles(const std::string& text, const std::string& project) {
    auto batch = ingestion::decode_profile_updates(text, any_token);
    ASSERT_TRUE(batch);
    for (auto& update : batch->updates) {
      update.project_id = project;
      data_.profiles[update.distinct_id] = {json::parse(ingestion::updated_profile("", update)).as_object()};
    }
    ingestion::ProfileWriter writer(*engine_, {});
    writer.write(std::move(batch->updates),
                 [](const ingestion::Written& done) { EXPECT_TRUE(done) << done.error().message; });
    writer.stop();
  }

  MigratedEngine engine_;
};

TEST_F(OracleTest, CompiledCohortsHoldWhomAPlainEvaluatorFinds) {
  constexpr unsigned kDataSets = 6;
  constexpr int kDefinitions = 60;
  std::size_t members = 0;
  std::size_t some = 0;
  for (unsigned seed = 1; seed <= kDataSets; ++seed) {
    RandomShop shop(seed, kNow);
    const std::string project = std::to_string(seed);
    load(shop, project);
    std::vector<std::string> names;
    for (int i = 0; i < kDefinitions; ++i) {
      const std::string text = shop.definition(names);
      const auto definition = cohorts::parse_definition(text);
      ASSERT_TRUE(definition) << definition.error().describe() << "\n" << text;
      const auto expected = members_of(*definition, data_, kNow);
      ASSERT_EQ(ask(*definition, project), expected) << "seed " << seed << ": " << text;
      members += expected.size();
      some += !expected.empty() && expected.size() < data_.people().size() ? 1 : 0;
      if (names.size() < 4) {
        names.push_back(fmt::format("cohort {}", i));
        data_.cohorts[names.back()] = *definition;
      }
    }
  }
  // The data is such that the answers tell something: many cohorts hold some people and not others.
  EXPECT_GT(some, kDataSets * kDefinitions * 2 / 5);
  EXPECT_GT(members, kDataSets * kDefinitions);
}

}  // namespace
}  // namespace bellwether::testing
