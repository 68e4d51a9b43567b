#include "demo/shop.hpp"

#include <set>

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace bellwether::demo {
namespace {

constexpr Millis kHour = std::chrono::hours(1);
const Timestamp kMonday = *parse_iso8601("2026-02-02T00:00:00Z");

Activity a_week(std::uint64_t seed) {
  Shop shop(seed, "token", 100);
  Activity activity;
  for (std::uint64_t hour = 0; hour < 7 * 24; ++hour)
    shop.live(hour, kMonday + (hour + 1) * kHour, kHour, activity);
  return activity;
}

TEST(Shop, TheSameSeedGivesTheSameShop) {
  EXPECT_EQ(a_week(1).events, a_week(1).events);
  EXPECT_EQ(a_week(1).profile_updates, a_week(1).profile_updates);
  EXPECT_NE(a_week(1).events, a_week(2).events);
}

TEST(Shop, WhatHappensIsAsImportTakesIt) {
  std::set<std::string> ids;
  for (const std::string& event : a_week(1).events) {
    const auto properties = boost::json::parse(event).at("properties");
    const auto at = from_unix_ms(properties.at("time").as_int64());
    EXPECT_GE(at, kMonday);
    EXPECT_LT(at, kMonday + 7 * 24 * kHour + Millis(10));
    EXPECT_TRUE(ids.emplace(properties.at("$insert_id").as_string()).second) << event;
    EXPECT_FALSE(properties.at("distinct_id").as_string().empty());
  }
  EXPECT_GT(ids.size(), 100U);
  for (const std::string& update : a_week(1).profile_updates)
    EXPECT_EQ(boost::json::parse(update).at("$token").as_string(), "token");
}

TEST(Shop, NobodyBuysWhileTheCheckoutIsBroken) {
  Shop shop(1, "token", 100);
  shop.break_checkout(kMonday, kMonday + 24 * kHour);
  Activity activity;
  for (std::uint64_t hour = 0; hour < 24; ++hour)
    shop.live(hour, kMonday + (hour + 1) * kHour, kHour, activity);
  for (const std::string& event : activity.events)
    EXPECT_NE(boost::json::parse(event).at("event"), "Purchase");
}

}  // namespace
}  // namespace bellwether::demo
