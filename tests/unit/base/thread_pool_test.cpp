#include "base/thread_pool.hpp"

#include <atomic>
#include <barrier>
#include <future>
#include <new>

#include <gtest/gtest.h>

namespace bellwether {
namespace {

TEST(ThreadPool, RefusesWhatIsTooMuchAndGoesOnAfterAnException) {
  ThreadPool pool({.name = "test", .threads = 1, .max_waiting = 2});
  std::promise<void> begun;
  std::promise<void> go;
  std::atomic<int> done = 0;
  ASSERT_TRUE(pool.submit([&] {
    begun.set_value();
    go.get_future().wait();
    throw std::bad_alloc();
  }));
  begun.get_future().wait();
  ASSERT_TRUE(pool.submit([&] {
    ++done;
    throw 42;  // NOLINT(hicpp-exception-baseclass): anything can be thrown
  }));
  std::promise<void> last;
  ASSERT_TRUE(pool.submit([&] {
    ++done;
    last.set_value();
  }));
  EXPECT_FALSE(pool.submit([&] { ++done; }));
  go.set_value();
  last.get_future().wait();
  EXPECT_EQ(done, 2);
  pool.stop();
  EXPECT_FALSE(pool.submit([] {}));
}

TEST(ThreadPool, UsesAllItsThreads) {
  constexpr int kThreads = 4;
  ThreadPool pool({.name = "test", .threads = kThreads});
  std::barrier all_run_at_once(kThreads);  // each waits for the others
  std::atomic<int> done = 0;
  std::promise<void> end;
  for (int i = 0; i < 10 * kThreads; ++i) {
    ASSERT_TRUE(pool.submit([&] {
      all_run_at_once.arrive_and_wait();
      if (++done == 10 * kThreads) end.set_value();
    }));
  }
  end.get_future().wait();
}

TEST(ThreadPool, DropsWhatWaitsWhenItIsStopped) {
  ThreadPool pool({.name = "test", .max_waiting = 1U << 30U});
  std::promise<void> begun;
  std::promise<void> go;
  std::atomic<bool> ran = false;
  ASSERT_TRUE(pool.submit([&] {
    begun.set_value();
    go.get_future().wait();
  }));
  begun.get_future().wait();
  ASSERT_TRUE(pool.submit([&] { ran = true; }));
  std::thread stopping([&] { pool.stop(); });
  while (pool.submit([] {})) std::this_thread::yield();
  go.set_value();
  stopping.join();
  EXPECT_FALSE(ran);
}

}  // namespace
}  // namespace bellwether
