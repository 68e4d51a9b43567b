#include "publisher/places.hpp"

#include <gtest/gtest.h>

namespace bellwether::publisher {
namespace {

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
