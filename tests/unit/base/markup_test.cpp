#include "base/markup.hpp"

#include <gtest/gtest.h>

namespace bellwether {
namespace {

TEST(MarkupTest, EscapesWhatItIsGiven) {
  const std::string hostile = "\"><script>alert('x')</script>&\x01\x7f";
  EXPECT_EQ(markup("<a title=\"{}\">{}</a>", hostile, hostile).text(),
            "<a title=\"&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;  \">"
            "&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;  </a>");
}

TEST(MarkupTest, TakesMarkupAndNumbersAsTheyAre) {
  Markup list = markup("<li>{}</li>", "a & b");
  list += markup("<li>{}</li>", 7);
  EXPECT_EQ(markup("<ul>{}</ul>", list).text(), "<ul><li>a &amp; b</li><li>7</li></ul>");
  EXPECT_EQ(markup("{} {} {} {}", 1.0, 2.5, -0.126, 1e6).text(), "1 2.5 -0.13 1000000");
}

TEST(MarkupTest, AValueIsNoPattern) {
  EXPECT_EQ(markup("{}-{}", "{}", "b").text(), "{}-b");
}

}  // namespace
}  // namespace bellwether
