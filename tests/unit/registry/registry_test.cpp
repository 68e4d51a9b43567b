#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "registry/cohorts.hpp"
#include "registry/destinations.hpp"
#include "registry/projects.hpp"
#include "registry/syncs.hpp"
#include "support/service_tables.hpp"

namespace bellwether::registry {
namespace {

using ::testing::HasSubstr;
using Kind = Error::Kind;

class Registry : public ::testing::Test {
 protected:
  Registry() : database_(":memory:", {}) {
    bellwether::testing::create_tables(database_, "publisher");
    EXPECT_TRUE(save_project(database_, shop()));
  }

  static Project shop() {
    return {.id = "8",
            .name = "Shop",
            .token = "token-8",
            .secret = "secret",
            .accounts = {{"importer", "pass:word"}},
            .time_zone = "Europe/Berlin",
            .priority_properties = {"plan", "country"}};
  }
  static Destination receiver() {
    return {.project_id = "8",
            .name = "receiver",
            .url = "https://example.com/hook",
            .user = "bell",
            .password = "wether"};
  }

  storage::Database database_;
};

TEST_F(Registry, AProjectComesBackAsItWasSaved) {
  EXPECT_EQ(find_project(database_, "8"), shop());
  Project changed = shop();
  changed.name = "The shop";
  changed.accounts = {};
  changed.priority_properties = {};
  ASSERT_TRUE(save_project(database_, changed));
  EXPECT_EQ(find_project(database_, "8"), changed);
  EXPECT_EQ(list_projects(database_).size(), 1U);
}

TEST_F(Registry, AProjectIsRefusedByTheNameOfTheWrongField) {
  const auto refusal_of = [&](auto change) {
    Project project = shop();
    change(project);
    const auto saved = save_project(database_, project);
    return saved ? "" : saved.error().message;
  };
  EXPECT_THAT(refusal_of([](Project& p) { p.id = "a b"; }), HasSubstr("id"));
  EXPECT_THAT(refusal_of([](Project& p) { p.name = ""; }), HasSubstr("name"));
  EXPECT_THAT(refusal_of([](Project& p) { p.token = ""; }), HasSubstr("token"));
  EXPECT_THAT(refusal_of([](Project& p) { p.time_zone = "Atlantis/Capital"; }),
              HasSubstr("Atlantis/Capital"));
  const auto taken = refusal_of([](Project& p) { p.id = "9"; });
  EXPECT_THAT(taken, HasSubstr("token"));
}

TEST_F(Registry, ADestinationComesBackAsItWasSaved) {
  const auto id = save_destination(database_, receiver());
  ASSERT_TRUE(id) << id.error().message;
  const auto found = find_destination(database_, *id);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->url, receiver().url);
  EXPECT_EQ(found->user, "bell");
  EXPECT_EQ(found->password, "wether");
  EXPECT_TRUE(found->enabled);
  const auto again = save_destination(database_, receiver());
  ASSERT_FALSE(again) << "two destinations of one name";
  EXPECT_EQ(again.error().kind, Kind::kConflict);
  Destination elsewhere = receiver();
  elsewhere.project_id = "none";
  EXPECT_FALSE(save_destination(database_, elsewhere));
  Destination unreachable = receiver();
  unreachable.name = "other";
  unreachable.url = "ftp://example.com/";
  EXPECT_EQ(save_destination(database_, unreachable).error().kind, Kind::kInvalid);
}

TEST_F(Registry, WhatIsInUseIsNotRemoved) {
  const auto destination = save_destination(database_, receiver());
  ASSERT_TRUE(destination);
  const auto refused = remove_project(database_, "8");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, Kind::kConflict);
  EXPECT_TRUE(remove_destination(database_, *destination));
  EXPECT_TRUE(remove_project(database_, "8"));
  EXPECT_EQ(remove_project(database_, "8").error().kind, Kind::kNotFound);
}

}  // namespace
}  // namespace bellwether::registry
