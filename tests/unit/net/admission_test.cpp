#include "net/impl/admission.hpp"

#include <gtest/gtest.h>

namespace bellwether::net::impl {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr AdmissionLimits kLimits{.connections = 4, .per_client = 2};

struct Case {
  const char* what;
  std::vector<Standing> standing;
  std::string client;
  bool admitted;
  std::optional<std::size_t> gives_way;
};

TEST(Admission, TheIdlestGivesWay) {
  const Standing a_idle{"a", Phase::kIdle, milliseconds(5)};
  const Standing a_idle_long{"a", Phase::kIdle, seconds(9)};
  const Standing a_busy{"a", Phase::kAnswering, seconds(9)};
  const Standing a_fresh_head{"a", Phase::kHead, milliseconds(5)};
  const Standing a_slow_head{"a", Phase::kHead, seconds(5)};
  const Standing a_slow_body{"a", Phase::kBody, seconds(20)};
  const Standing a_leaving{"a", Phase::kLeaving, seconds(1)};
  const Standing b_idle{"b", Phase::kIdle, seconds(30)};
  const Standing c_idle{"c", Phase::kIdle, seconds(40)};
  const Standing proxy_idle{"", Phase::kIdle, seconds(60)};
  for (const Case& c : {
           Case{"the first", {}, "a", true, std::nullopt},
           {"another's connections do not count", {a_busy, a_busy}, "b", true, std::nullopt},
           {"its own idle one", {a_busy, a_idle}, "a", true, 1},
           {"the longest idle", {a_idle, a_idle_long}, "a", true, 1},
           {"an idle one before a slow one", {a_slow_head, a_idle}, "a", true, 1},
           {"a slow head before a slow body", {a_slow_body, a_slow_head}, "a", true, 1},
           {"a slow body", {a_busy, a_slow_body}, "a", true, 1},
           {"requests that only just began stay", {a_fresh_head, a_busy}, "a", false, std::nullopt},
           {"those that leave do not count", {a_busy, a_leaving}, "a", true, std::nullopt},
           {"full: of whoever has most", {a_idle, a_idle, b_idle, c_idle}, "d", true, 0},
           {"full, and none may go", {a_busy, a_busy, proxy_idle, proxy_idle}, "d", false, std::nullopt},
           {"a proxy does not give way", {proxy_idle, proxy_idle, proxy_idle, b_idle}, "d", true, 3},
           {"nothing but proxies",
            {proxy_idle, proxy_idle, proxy_idle, proxy_idle},
            "d",
            false,
            std::nullopt},
           {"a proxy has as many as there are", {proxy_idle, proxy_idle, proxy_idle}, "", true, std::nullopt},
       }) {
    const Admission got = admit(c.standing, c.client, kLimits);
    EXPECT_EQ(got.admitted, c.admitted) << c.what;
    EXPECT_EQ(got.gives_way, c.gives_way) << c.what;
  }
}

TEST(Admission, ThoseThatLeaveDoNotPileUp) {
  std::vector<Standing> standing(2, {"a", Phase::kIdle, seconds(1)});
  standing.resize(10, {"a", Phase::kLeaving, seconds(1)});
  EXPECT_FALSE(admit(standing, "a", kLimits).admitted);
}

}  // namespace
}  // namespace bellwether::net::impl
