#include "publisher/kept_secret.hpp"

#include <gtest/gtest.h>

#include "publisher/fields.hpp"

namespace bellwether::publisher {
namespace {

constexpr const char* kHere = "https://example.com/hook";

TEST(KeptSecret, StaysOnlyForTheSameAddress) {
  using Text = std::optional<std::string>;
  struct Case {
    const char* what;
    SecretChange change;
    Text expected;  ///< no value: it must be given again
  };
  for (const auto& [what, change, expected] : {
           Case{"nothing new", {"old", {}, kHere, kHere}, "old"},
           Case{"another path", {"old", {}, kHere, "https://example.com/other"}, "old"},
           Case{"another host", {"old", {}, kHere, "https://evil.example/hook"}, {}},
           Case{"another port", {"old", {}, kHere, "https://example.com:444/hook"}, {}},
           Case{"another scheme", {"old", {}, kHere, "http://example.com/hook"}, {}},
           Case{"not a URL", {"old", {}, kHere, "nonsense"}, {}},
           Case{"given again", {"old", "new", kHere, "https://evil.example/"}, "new"},
           Case{"removed", {"old", "", kHere, "https://evil.example/"}, ""},
           Case{"not used", {"old", {}, kHere, "https://evil.example/", false}, ""},
           Case{"none stored", {"", {}, kHere, "https://evil.example/"}, ""},
           Case{"created", {"", "new", "", kHere}, "new"},
       }) {
    Text stored;
    try {
      stored = changed_secret(change);
    } catch (const ParseError& error) {
      EXPECT_TRUE(error.message.starts_with("password: give it again")) << what;
    }
    EXPECT_EQ(stored, expected) << what;
  }
}

}  // namespace
}  // namespace bellwether::publisher
