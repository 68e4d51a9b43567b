#include "ingestion/recent_events.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bellwether::ingestion {
namespace {

using ::testing::ElementsAre;

TEST(RecentEvents, GivesWhatCameBehindAPosition) {
  RecentEvents recent({.count = 3, .bytes = 100});
  const RecentEvents::Watch watch(recent);
  EXPECT_EQ(recent.end(), 0U);
  recent.add("a\nb\n");
  auto slice = recent.after(0);
  EXPECT_THAT(slice.rows, ElementsAre("a", "b"));
  EXPECT_EQ(slice.position, 2U);
  EXPECT_TRUE(recent.after(slice.position).rows.empty());
  recent.add("c\nd\n");
  slice = recent.after(slice.position);
  EXPECT_THAT(slice.rows, ElementsAre("c", "d"));
  EXPECT_EQ(slice.missed, 0U);
  EXPECT_EQ(recent.after(0).missed, 1U);
}

TEST(RecentEvents, TellsOneWhoReadsTooSlowlyHowManyWereMissed) {
  RecentEvents recent({.count = 3, .bytes = 100});
  const RecentEvents::Watch watch(recent);
  recent.add("a\n");
  recent.add("b\nc\nd\ne\nf\n");
  const auto slice = recent.after(1);
  EXPECT_THAT(slice.rows, ElementsAre("d", "e", "f"));
  EXPECT_EQ(slice.missed, 2U);
  EXPECT_EQ(slice.position, 6U);
}

TEST(RecentEvents, KeepsNothingWhileNobodyWatches) {
  RecentEvents recent;
  recent.add("a\n");
  {
    RecentEvents::Watch watch(recent);
    EXPECT_TRUE(watch.take().rows.empty());
    recent.add("b\n");
    EXPECT_THAT(watch.take().rows, ElementsAre("b"));
    EXPECT_TRUE(watch.take().rows.empty());
  }
  recent.add("c\n");
  EXPECT_EQ(recent.end(), 1U);
}

TEST(RecentEvents, IsBoundedInBytes) {
  RecentEvents recent({.count = 1000, .bytes = 100});
  const RecentEvents::Watch watch(recent);
  for (int i = 0; i < 10; ++i) recent.add(std::string(40, 'x') + "\n");
  EXPECT_EQ(recent.after(0).rows.size(), 2U);
  EXPECT_EQ(recent.after(0).missed, 8U);
  recent.add(std::string(200, 'y') + "\n");
  EXPECT_TRUE(recent.after(0).rows.empty()) << "one that is larger than all that is kept";
  EXPECT_EQ(recent.end(), 11U);
}

}  // namespace
}  // namespace bellwether::ingestion
