#include "net/url.hpp"

#include <gtest/gtest.h>

namespace bellwether::net {
namespace {

TEST(Origin, IsSchemeHostAndPort) {
  struct Case {
    const char* one;
    const char* other;
    bool is_same;
  };
  for (const auto& [one, other, is_same] : {
           Case{"https://example.com/a", "https://example.com/b?c", true},
           Case{"https://example.com/a", "https://example.com:443/a", true},
           Case{"http://example.com/a", "http://example.com:80/a", true},
           Case{"https://Example.COM/a", "HTTPS://example.com/a", true},
           Case{"https://user@example.com/", "https://example.com/", true},
           Case{"https://example.com/", "http://example.com/", false},
           Case{"https://example.com/", "https://example.com:8443/", false},
           Case{"http://example.com:443/", "https://example.com/", false},
           Case{"https://example.com/", "https://example.com.evil.example/", false},
           Case{"https://example.com/", "https://example.com@evil.example/", false},
           Case{"https://example.com/", "https://evil.example/example.com", false},
           Case{"https://example.com/", "https://evil.example#@example.com/", false},
           Case{"https://example.com/", "https://evil.example?@example.com/", false},
           // As the client reads it, this is the user "evil.example\" at example.com.
           Case{"https://example.com/", "https://evil.example\\@example.com/", true},
           Case{"https://example.com/", "https://example.com./", false},
           Case{"http://[::1]:80/", "http://[::1]/", true},
           Case{"http://127.0.0.1/", "http://127.0.0.2/", false},
           Case{"", "", false},
           Case{"no url", "no url", false},
           Case{"https://", "https://", false},
       }) {
    EXPECT_EQ(has_same_origin(one, other), is_same) << one << " " << other;
    EXPECT_EQ(has_same_origin(other, one), is_same) << other << " " << one;
  }
}

}  // namespace
}  // namespace bellwether::net
