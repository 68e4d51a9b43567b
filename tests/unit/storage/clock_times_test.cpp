#include "storage/clock_times.hpp"

#include <array>

#include <gtest/gtest.h>

#include "storage/migrations.hpp"
#include "unit/temporary_folder.hpp"

namespace bellwether::storage {
namespace {

TEST(ClockTimes, AreKeptByName) {
  const bellwether::testing::TemporaryFolder folder;
  Database database(folder.file("db"), {.durable = false});
  const std::array scripts{kClockSchema};
  ASSERT_TRUE(migrate(database, scripts));
  EXPECT_EQ(find_clock(database, "a"), std::nullopt);
  store_clock(database, "a", from_unix_ms(5));
  store_clock(database, "b", from_unix_ms(6));
  store_clock(database, "a", from_unix_ms(7));
  EXPECT_EQ(find_clock(database, "a"), from_unix_ms(7));
  EXPECT_EQ(find_clock(database, "b"), from_unix_ms(6));
}

}  // namespace
}  // namespace bellwether::storage
