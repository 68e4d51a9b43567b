#include "subscriber/maintenance_loop.hpp"

#include <thread>

#include <gtest/gtest.h>

#include "storage/clock_times.hpp"
#include "support/service_tables.hpp"
#include "support/temporary_folder.hpp"

namespace bellwether::subscriber {
namespace {

TEST(MaintenanceLoop, GoesOnWhenWhatItNeedsIsThereAgain) {
  const bellwether::testing::TemporaryFolder folder;
  storage::Database database(folder.file("db"), {.durable = false});
  bellwether::testing::create_tables(database, "subscriber");
  storage::GroupCommit writer(std::move(database), {}, nullptr);
  storage::ReaderPool readers(folder.file("db"));
  const Options options;
  const mirror::Mirror mirror{mirror::Options{}};
  ASSERT_TRUE(writer.run([](storage::Database& file) { file.script("ALTER TABLE session RENAME TO lost"); }));
  MaintenanceLoop maintenance(options, mirror, writer, readers);
  maintenance.start();
  const auto has_worked = [&] { return storage::find_clock(*readers.borrow(), "caretaker").has_value(); };
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  EXPECT_FALSE(has_worked());
  ASSERT_TRUE(writer.run([](storage::Database& file) { file.script("ALTER TABLE lost RENAME TO session"); }));
  for (int i = 0; i < 600 && !has_worked(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(100));
  EXPECT_TRUE(has_worked());
  maintenance.stop();
}

}  // namespace
}  // namespace bellwether::subscriber
