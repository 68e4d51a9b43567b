#include "base/loop.hpp"

#include <atomic>
#include <future>
#include <new>
#include <stdexcept>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bellwether {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

constexpr auto kDeadline = 20s;

/// A number that a loop's thread raises and a test waits for.
class Counter {
 public:
  void add() {
    {
      const std::scoped_lock lock(mutex_);
      ++count_;
    }
    changed_.notify_all();
  }
  bool reaches(int count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kDeadline, [&] { return count_ >= count; });
  }
  int value() {
    const std::scoped_lock lock(mutex_);
    return count_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int count_ = 0;
};

TEST(Loop, BeginsAtOnceAndThenWaitsToBeWoken) {
  Counter rounds;
  Loop loop({.name = "test"}, [&] {
    rounds.add();
    return Loop::kIdle;
  });
  loop.start();
  ASSERT_TRUE(rounds.reaches(1));
  loop.wake();
  ASSERT_TRUE(rounds.reaches(2));
  loop.stop();
  EXPECT_EQ(rounds.value(), 2);
}

TEST(Loop, LosesNoWakeUpThatComesWhileARoundRuns) {
  Counter rounds;
  std::promise<void> woken;
  Loop loop({.name = "test"}, [&] {
    rounds.add();
    if (rounds.value() == 1) woken.get_future().wait();
    return Loop::kIdle;
  });
  loop.start();
  ASSERT_TRUE(rounds.reaches(1));
  loop.wake();
  woken.set_value();
  EXPECT_TRUE(rounds.reaches(2));
}

TEST(Loop, GoesOnAtOnceOrAfterTheTimeThatARoundReturns) {
  Counter rounds;
  Loop loop({.name = "test"}, [&] {
    rounds.add();
    return rounds.value() < 5 ? Loop::kAgain : Millis(1);
  });
  loop.start();
  EXPECT_TRUE(rounds.reaches(8));
}

TEST(Loop, WaitsNoLongerThanItsPeriod) {
  Counter rounds;
  Loop loop({.name = "test", .period = 1ms}, [&] {
    rounds.add();
    return Loop::kIdle;
  });
  loop.start();
  EXPECT_TRUE(rounds.reaches(3));
}

TEST(Loop, SurvivesExceptionsOfEveryKindAndLogsEachCauseOnce) {
  Counter rounds;
  ::testing::internal::CaptureStderr();
  Loop loop({.name = "tester", .first_pause = 1ms, .max_pause = 2ms}, [&]() -> Millis {
    rounds.add();
    const int round = rounds.value();
    if (round <= 3) throw std::runtime_error("the disk is full");
    if (round == 4) throw std::bad_alloc();
    if (round == 5) throw 42;  // NOLINT(hicpp-exception-baseclass): anything can be thrown
    return Loop::kIdle;
  });
  loop.start();
  EXPECT_TRUE(rounds.reaches(6));
  loop.stop();
  const std::string log = ::testing::internal::GetCapturedStderr();
  const auto first = log.find("the disk is full");
  EXPECT_NE(first, std::string::npos) << log;
  EXPECT_EQ(log.find("the disk is full", first + 1), std::string::npos) << log;
  EXPECT_THAT(log, HasSubstr("bad_alloc"));
  EXPECT_THAT(log, HasSubstr("an exception of unknown type"));
  EXPECT_THAT(log, HasSubstr("works again"));
  EXPECT_THAT(log, HasSubstr("tester"));
}

TEST(Loop, RestsAfterAFailureHoweverOftenItIsWoken) {
  Counter rounds;
  Loop loop({.name = "test", .first_pause = 1h, .max_pause = 1h}, [&]() -> Millis {
    rounds.add();
    throw std::runtime_error("failed on purpose");
  });
  loop.start();
  ASSERT_TRUE(rounds.reaches(1));
  for (int i = 0; i < 100; ++i) loop.wake();
  std::this_thread::sleep_for(20ms);
  loop.stop();  // does not wait for the pause
  EXPECT_EQ(rounds.value(), 1);
}

TEST(Loop, StopsDuringAPauseWithinARoundAndFinishes) {
  Counter begun;
  bool whole = true;
  bool finished = false;
  Loop loop(
      {.name = "test"},
      [&] {
        begun.add();
        whole = loop.pause(1h);
        return Loop::kAgain;
      },
      [&] { finished = true; });
  loop.start();
  ASSERT_TRUE(begun.reaches(1));
  loop.stop();
  EXPECT_FALSE(whole);
  EXPECT_TRUE(finished);
  loop.stop();
}

TEST(Loop, SurvivesAnExceptionWhileItFinishes) {
  Loop loop({.name = "test"}, [] { return Loop::kIdle; }, [] { throw 42; });
  loop.start();
  loop.stop();
}

TEST(Loop, CanBeStoppedBeforeItStarts) {
  Loop loop({.name = "test"}, [] { return Loop::kIdle; });
  loop.stop();
}

}  // namespace
}  // namespace bellwether
