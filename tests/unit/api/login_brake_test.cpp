#include "api/login_brake.hpp"

#include <gtest/gtest.h>

namespace bellwether::api {
namespace {

using namespace std::chrono_literals;

const LoginBrake::Steady::time_point kStart{};

TEST(PauseAfter, GrowsUpToABound) {
  struct Case {
    std::size_t failures;
    Millis pause;
  };
  for (const auto& [failures, pause] : {Case{0, 0s}, Case{4, 0s}, Case{5, 1s}, Case{6, 2s}, Case{9, 16s},
                                        Case{10, 30s}, Case{1'000'000, 30s}})
    EXPECT_EQ(pause_after(failures), pause) << failures;
}

TEST(LoginBrakeTest, SlowsDownOneAddressAndNoOther) {
  LoginBrake brake;
  for (int i = 0; i < 7; ++i) brake.failed("192.0.2.1", kStart);
  EXPECT_EQ(brake.wait("192.0.2.1", kStart), 4s);
  EXPECT_EQ(brake.wait("192.0.2.1", kStart + 3s), 1s);
  EXPECT_EQ(brake.wait("192.0.2.1", kStart + 4s), 0s);
  EXPECT_EQ(brake.wait("192.0.2.2", kStart), 0s);
}

TEST(LoginBrakeTest, CountsAnIpv6NetworkAsOne) {
  LoginBrake brake;
  for (int i = 0; i < 6; ++i) brake.failed("2001:db8:1:2::" + std::to_string(i), kStart);
  EXPECT_EQ(brake.wait("2001:db8:1:2::99", kStart), 2s);
  EXPECT_EQ(brake.wait("2001:db8:1:3::99", kStart), 0s);
  EXPECT_EQ(brake.wait("::1", kStart), 0s);
}

TEST(LoginBrakeTest, ForgetsAfterASuccessAndWithTime) {
  LoginBrake brake;
  for (int i = 0; i < 9; ++i) brake.failed("192.0.2.1", kStart);
  brake.succeeded("192.0.2.1");
  EXPECT_EQ(brake.wait("192.0.2.1", kStart), 0s);
  for (int i = 0; i < 9; ++i) brake.failed("192.0.2.1", kStart);
  brake.failed("192.0.2.2", kStart + 16min);
  for (int i = 0; i < 4; ++i) brake.failed("192.0.2.1", kStart + 16min);
  EXPECT_EQ(brake.wait("192.0.2.1", kStart + 16min), 0s) << "the old failures are forgotten";
}

TEST(LoginBrakeTest, HoldsABoundedNumberOfAddresses) {
  LoginBrake brake;
  for (int i = 0; i < 5; ++i) brake.failed("192.0.2.1", kStart);
  for (int i = 0; i < 10'100; ++i)
    brake.failed("10." + std::to_string(i / 65'536) + "." + std::to_string(i / 256 % 256) + "." +
                     std::to_string(i % 256),
                 kStart + 1ms);
  EXPECT_EQ(brake.wait("192.0.2.1", kStart + 1ms), 0s) << "the oldest goes first";
}

}  // namespace
}  // namespace bellwether::api
