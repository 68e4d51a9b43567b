#include "publisher/api/call_pool.hpp"

#include <atomic>
#include <future>
#include <new>

#include <gtest/gtest.h>

#include "publisher/places.hpp"

namespace bellwether::publisher {
namespace {

TEST(CallPoolTest, RefusesWhatIsTooMuchAndGoesOnAfterAnException) {
  CallPool pool(1, 2);
  std::promise<void> begun;
  std::promise<void> go;
  std::atomic<int> done = 0;
  ASSERT_TRUE(pool.submit([&] {
    begun.set_value();
    go.get_future().wait();
    throw std::bad_alloc();
  }));
  begun.get_future().wait();
  ASSERT_TRUE(pool.submit([&] { ++done; }));
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

TEST(PlacesTest, AreGivenBack) {
  Places places(2);
  auto first = places.take();
  const auto second = places.take();
  EXPECT_TRUE(first);
  EXPECT_TRUE(second);
  EXPECT_FALSE(places.take());
  first.reset();
  EXPECT_TRUE(places.take());
}

}  // namespace
}  // namespace bellwether::publisher
