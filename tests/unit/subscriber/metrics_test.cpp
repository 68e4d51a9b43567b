#include "subscriber/metrics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bellwether::subscriber {
namespace {

using ::testing::HasSubstr;

TEST(Metrics, WritesPrometheusText) {
  Metrics metrics;
  metrics.request("/a\"b", 200, 0.002);
  metrics.request("/a\"b", 200, 7);
  metrics.page(contract::Action::kAddMembers, mirror::Receipt::Kind::kRepeated, 5, 0);
  metrics.commit({.items = 3, .bytes = 1, .seconds = 0.01, .failed = false});
  metrics.commit({.items = 3, .bytes = 1, .seconds = 0.01, .failed = true});
  Gauges gauges;
  gauges.mirror.sessions_by_state = {{"applied", 4}};
  gauges.feed_position = 9;
  const std::string text = metrics.to_text(gauges);
  EXPECT_THAT(text, HasSubstr("bellwether_http_requests_total{endpoint=\"/a\\\"b\",status=\"200\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("bellwether_http_request_duration_seconds_bucket{le=\"0.001\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("bellwether_http_request_duration_seconds_bucket{le=\"0.0025\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("bellwether_http_request_duration_seconds_bucket{le=\"+Inf\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("bellwether_http_request_duration_seconds_sum 7.002\n"));
  EXPECT_THAT(text, HasSubstr("bellwether_pages_total{action=\"add_members\",result=\"repeated\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("bellwether_received_members_total 5\n"));
  EXPECT_THAT(text, HasSubstr("bellwether_commit_items_bucket{le=\"4\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("bellwether_commit_failures_total 1\n"));
  EXPECT_THAT(text, HasSubstr("bellwether_sessions{state=\"applied\"} 4\n"));
  EXPECT_THAT(text, HasSubstr("bellwether_feed_position 9\n"));
}

}  // namespace
}  // namespace bellwether::subscriber
