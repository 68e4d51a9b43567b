#include "ingestion/batch_queue.hpp"

#include <atomic>
#include <future>
#include <numeric>

#include <gtest/gtest.h>

namespace bellwether::ingestion {
namespace {

TEST(BatchQueue, GathersInOrderAndWritesEverythingBeforeItStops) {
  std::vector<int> written;
  std::size_t batches = 0;
  BatchQueue<int> queue({.delay = Millis(1)}, [&](std::vector<int> items) {
    ++batches;
    written.insert(written.end(), items.begin(), items.end());
  });
  for (int i = 0; i < 1000; ++i) ASSERT_TRUE(queue.push(10, i));
  queue.stop();
  std::vector<int> expected(1000);
  std::iota(expected.begin(), expected.end(), 0);
  EXPECT_EQ(written, expected);
  EXPECT_LT(batches, 1000U);
  EXPECT_FALSE(queue.push(10, 1));
}

TEST(BatchQueue, RefusesWhatIsTooMuchButTakesOneOfAnySize) {
  std::promise<void> go_on;
  std::atomic<int> written = 0;
  BatchQueue<int> queue({.queued_bytes = 100, .batch_bytes = 50, .delay = Millis(0)},
                        [&, ready = go_on.get_future().share()](const std::vector<int>& items) {
                          ready.wait();
                          written += static_cast<int>(items.size());
                        });
  EXPECT_TRUE(queue.push(1000, 1));
  while (queue.queued_bytes() > 0) std::this_thread::yield();  // the first is being written
  EXPECT_TRUE(queue.push(60, 2));
  EXPECT_TRUE(queue.push(40, 3));
  EXPECT_FALSE(queue.push(1, 4));
  go_on.set_value();
  queue.stop();
  EXPECT_EQ(written, 3);
}

TEST(BatchQueue, WhoIsInAHurryWaitsForNoCompany) {
  std::promise<void> written;
  BatchQueue<int> queue({.delay = std::chrono::hours(1)},
                        [&](const std::vector<int>&) { written.set_value(); });
  queue.hurry();  // of nothing
  ASSERT_TRUE(queue.push(1, 1));
  auto done = written.get_future();
  EXPECT_EQ(done.wait_for(Millis(50)), std::future_status::timeout);
  queue.hurry();
  EXPECT_EQ(done.wait_for(std::chrono::seconds(30)), std::future_status::ready);
}

TEST(BatchQueue, TakesFromManyThreads) {
  std::atomic<int> sum = 0;
  BatchQueue<int> queue(
      {}, [&](const std::vector<int>& items) { sum += std::accumulate(items.begin(), items.end(), 0); });
  std::vector<std::thread> threads;
  threads.reserve(4);
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 500; ++n) queue.push(1, 1);
    });
  }
  for (std::thread& thread : threads) thread.join();
  queue.stop();
  EXPECT_EQ(sum, 2000);
}

TEST(BatchQueue, DropsWhatWaitsWhenItsTimeIsOver) {
  std::promise<void> go_on;
  std::atomic<int> written = 0;
  BatchQueue<int> queue({.batch_bytes = 1, .delay = Millis(0)},
                        [&, ready = go_on.get_future().share()](const std::vector<int>& items) {
                          ready.wait();
                          written += static_cast<int>(items.size());
                        });
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(queue.push(10, i));
  while (queue.queued_bytes() == 1000) std::this_thread::yield();  // the first is being written
  std::thread stopping([&] { queue.stop(Millis(0)); });
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  go_on.set_value();
  stopping.join();
  EXPECT_EQ(written, 1) << "what was being written, and nothing more";
  EXPECT_EQ(queue.queued_bytes(), 0U);
}

}  // namespace
}  // namespace bellwether::ingestion
