#include "cli/settings.hpp"

#include <cstdlib>
#include <fstream>
#include <regex>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/setting.hpp"
#include "support/temporary_folder.hpp"

namespace bellwether::cli {
namespace {

using ::testing::HasSubstr;

class SettingsTest : public ::testing::Test {
 protected:
  std::string write(const std::string& text) {
    const std::string path = folder_.file("c.toml");
    std::ofstream(path) << text;
    return path;
  }
  Result<Settings> load(const std::string& text) { return load_settings(write(text)); }
  std::string error(const std::string& text) {
    const auto loaded = load(text);
    return loaded ? "no error" : loaded.error().message;
  }

  bellwether::testing::TemporaryFolder folder_;
};

TEST_F(SettingsTest, ReadsEveryType) {
  const auto loaded = load(R"(
[server]
listen = "127.0.0.1:9"
[limits]
body_bytes = 4096
idle_timeout = "5m"
[sync]
doubt = "always"
both_actions = false
)");
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_EQ(loaded->subscriber.listen.port, 9);
  EXPECT_EQ(loaded->subscriber.limits.body_bytes, 4096U);
  EXPECT_EQ(loaded->subscriber.limits.idle_timeout, std::chrono::minutes(5));
  EXPECT_EQ(loaded->subscriber.mirror.doubt, mirror::DoubtMode::kAlways);
  EXPECT_FALSE(loaded->subscriber.mirror.expects_both_actions);
  EXPECT_EQ(loaded->subscriber.endpoints.size(), 2U) << "both defaults";
}

TEST_F(SettingsTest, SaysWhereAndWhatIsAllowed) {
  struct Case {
    std::string text;
    std::string error;
  };
  for (const Case& c : std::vector<Case>{
           {"[server]\n\nlisten_on = \"x\"",
            ":3: unknown key \"server.listen_on\"; [server] has: listen, threads"},
           {"[serve]\na = 1", ":1: unknown section \"serve\"; known are: [server]"},
           {"a = 1", ":1: unknown section \"a\""},
           {"[server]\nlisten = 80", ":2: server.listen: expected an address such as"},
           {"[server]\nthreads = 0", ":2: server.threads: expected an integer from 1 to 64, found 0"},
           {"[server]\nthreads = \"two\"",
            ":2: server.threads: expected an integer from 1 to 64, found \"two\""},
           {"[limits]\nidle_timeout = 30", ":2: limits.idle_timeout: expected a time such as"},
           {"[sync]\ndoubt = \"never\"",
            ":2: sync.doubt: expected one of \"evidence\", \"always\", \"connection\", found \"never\""},
           {"[sync]\nboth_actions = 1", ":2: sync.both_actions: expected true or false, found 1"},
           {"[sync]\nboth_actions = [true]",
            ":2: sync.both_actions must be a string, an integer, true or false"},
           {"[server\n", ":1: "},
           {"[server]\ntls_key = \"k\"", "server.tls_certificate and server.tls_key go together"},
           {"[endpoint]\npath = \"/a\"", ":1: write [[endpoint]]"},
           {"[[endpoint]]\npath = \"a\"\nkind = \"alerts\"", ":2: path is missing or does not begin with /"},
           {"[[endpoint]]\npath = \"/a\"\nkind = \"alert\"",
            ":3: kind must be \"alerts\" or \"cohort-sync\""},
           {"[[endpoint]]\npath = \"/a\"\nkind = \"alerts\"\nuser = \"x\"",
            ":4: unknown key \"user\" in [[endpoint]]"},
           {"[[endpoint]]\npath = \"/a\"\nkind = \"alerts\"\n[[endpoint]]\npath = \"/a\"\nkind = \"alerts\"",
            ":4: two endpoints have the path /a"},
           {"[[endpoint]]\npath = \"/a\"\nkind = \"alerts\"\n[[endpoint.credential]]\nuser = \"u\"",
            ":5: give either password_env"},
           {"[[endpoint]]\npath = \"/a\"\nkind = \"alerts\"\n[[endpoint.credential]]\nuser = "
            "\"u\"\npassword_env = "
            "\"BELLWETHER_TEST_UNSET\"",
            ":6: the environment variable BELLWETHER_TEST_UNSET is not set"},
           {"[[endpoint]]\npath = \"/a\"\nkind = \"alerts\"\nprojects = [1.5]", ":4: a project id must be"},
       }) {
    EXPECT_THAT(error(c.text), HasSubstr(c.error)) << c.text;
  }
  EXPECT_THAT(load_settings(folder_.file("none.toml")).error().message, HasSubstr("cannot be read"));
}

TEST_F(SettingsTest, ReadsEndpoints) {
  setenv("BELLWETHER_TEST_PASSWORD", "pw", 1);
  const auto loaded = load(R"(
[[endpoint]]
path = "/one"
kind = "cohort-sync"
projects = ["8", 15]
  [[endpoint.credential]]
  user = "u"
  password_env = "BELLWETHER_TEST_PASSWORD"
  [[endpoint.credential]]
  user = "v"
  password_hash = "h"
)");
  ASSERT_TRUE(loaded) << loaded.error().message;
  ASSERT_EQ(loaded->subscriber.endpoints.size(), 1U);
  const auto& endpoint = loaded->subscriber.endpoints[0];
  EXPECT_EQ(endpoint.path, "/one");
  EXPECT_THAT(endpoint.projects, ::testing::ElementsAre("8", "15"));
  ASSERT_EQ(endpoint.credentials.size(), 2U);
  EXPECT_EQ(endpoint.credentials[0].password, "pw");
  EXPECT_EQ(endpoint.credentials[1].password_hash, "h");
}

TEST_F(SettingsTest, TheEnvironmentCountsMoreThanTheFile) {
  setenv("BELLWETHER_LIMITS_BODY_BYTES", "2048", 1);
  EXPECT_EQ(load("[limits]\nbody_bytes = 4096")->subscriber.limits.body_bytes, 2048U);
  setenv("BELLWETHER_LIMITS_BODY_BYTES", "lots", 1);
  EXPECT_THAT(error(""), HasSubstr("BELLWETHER_LIMITS_BODY_BYTES: expected an integer from"));
  unsetenv("BELLWETHER_LIMITS_BODY_BYTES");
}

TEST_F(SettingsTest, TheDefaultFileIsTheDefaults) {
  // Every setting uncommented must load, and give what it gives commented out.
  const std::string text = default_configuration();
  const std::string settings = text.substr(0, text.find("# Endpoints."));
  const auto loaded = load(std::regex_replace(settings, std::regex("(^|\n)# ([a-z_]+ = )"), "$1$2"));
  ASSERT_TRUE(loaded) << loaded.error().message;
  for (const Setting& setting : all_settings()) {
    EXPECT_EQ(setting.show(*loaded), setting.show(Settings{})) << setting.key;
    EXPECT_THAT(text, HasSubstr(environment_name(setting.key)));
    EXPECT_FALSE(setting.comment.empty());
  }
  ASSERT_TRUE(load(text)) << "as it is printed";
}

}  // namespace
}  // namespace bellwether::cli
