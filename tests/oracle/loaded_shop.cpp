#include "oracle/loaded_shop.hpp"

#include <map>
#include <optional>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "ingestion/event_writer.hpp"
#include "ingestion/profile.hpp"
#include "ingestion/profile_writer.hpp"

namespace bellwether::testing {

namespace {

namespace json = boost::json;

std::optional<std::string> any_token(std::string_view) {
  return "";
}

}  // namespace

void LoadedShop::load(RandomShop& shop, const std::string& project) {
  data_ = {};
  load_events(shop.events(120), project);
  load_profiles(shop.profiles(), project);
}

void LoadedShop::load_events(const std::string& text, const std::string& project) {
  auto batch = ingestion::decode_events(text, {.project_id = project, .now = now_});
  ASSERT_TRUE(batch) << batch.error();
  ASSERT_TRUE(batch->rejected.empty()) << batch->rejected[0].message;
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
        lines, {.project_id = project, .now = now_ + Millis(static_cast<std::int64_t>(round))});
    ASSERT_TRUE(part);
    writer.write(std::move(*part),
                 [](const ingestion::Written& done) { EXPECT_TRUE(done) << done.error().message; });
  }
  writer.stop();
  for (auto& [key, event] : once) data_.events.push_back(std::move(event));
}

void LoadedShop::load_profiles(const std::string& text, const std::string& project) {
  auto batch = ingestion::decode_profile_updates(text, {.project_of_token = any_token});
  ASSERT_TRUE(batch);
  for (auto& update : batch->updates) {
    update.project_id = project;
    const ingestion::ProfileLimits limits;
    ingestion::Profile profile("", limits);
    ASSERT_FALSE(profile.apply(update));
    data_.profiles[update.id] = {json::parse(profile.document()).as_object()};
  }
  ingestion::ProfileWriter writer(*engine_, {});
  writer.write(std::move(batch->updates), [](const ingestion::ProfileWriter::Outcome& done) {
    ASSERT_TRUE(done) << done.error().message;
    EXPECT_TRUE(done->empty());
  });
  writer.stop();
}

}  // namespace bellwether::testing
