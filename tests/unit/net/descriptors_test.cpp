#include "net/descriptors.hpp"

#include <gtest/gtest.h>

namespace bellwether::net {
namespace {

TEST(Descriptors, AreSetAsideBeforeConnectionsGetAny) {
  EXPECT_EQ(connections_within(100'000, 1024, 160), 1024U);
  EXPECT_EQ(connections_within(1024, 1024, 160), 864U);
  EXPECT_EQ(connections_within(176, 1024, 160), 16U);
  const auto too_few = connections_within(64, 1024, 160);
  ASSERT_FALSE(too_few);
  EXPECT_NE(too_few.error().message.find("ulimit -n"), std::string::npos) << "says what to do";
}

}  // namespace
}  // namespace bellwether::net
