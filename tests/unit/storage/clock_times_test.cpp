#include "storage/clock_times.hpp"

#include <array>

#include <gtest/gtest.h>

#include "support/service_tables.hpp"
#include "support/temporary_folder.hpp"

namespace bellwether::storage {
namespace {

TEST(ClockTimes, AreKeptByName) {
  const bellwether::testing::TemporaryFolder folder;
  Database database(folder.file("db"), {.durable = false});
  bellwether::testing::create_tables(database, "publisher");
  EXPECT_EQ(find_clock(database, "a"), std::nullopt);
  store_clock(database, "a", from_unix_ms(5));
  store_clock(database, "b", from_unix_ms(6));
  store_clock(database, "a", from_unix_ms(7));
  EXPECT_EQ(find_clock(database, "a"), from_unix_ms(7));
  EXPECT_EQ(find_clock(database, "b"), from_unix_ms(6));
}

}  // namespace
}  // namespace bellwether::storage
