#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <fmt/format.h>

#include "base/encoding.hpp"
#include "base/error.hpp"
#include "base/time.hpp"
#include "cli/commands.hpp"
#include "net/http_client.hpp"

namespace bellwether::cli {

namespace {

struct Arguments {
  std::string file;
  std::string url;
  std::string user;
  std::string password;
  std::optional<std::string> ca_file;
  double speed = 0;
};

struct Recorded {
  Timestamp at;
  std::string path;
  std::string content_type;
  std::int64_t status = 0;
  std::string body;
};

/// No gap is waited for longer than this, whatever lay between two requests.
constexpr Millis kLongestPause = std::chrono::minutes(1);

Result<Recorded> parse_line(const std::string& line) {
  boost::system::error_code code;
  const boost::json::value value = boost::json::parse(line, code);
  const auto* object = code ? nullptr : value.if_object();
  if (object == nullptr) return fail("it is not a JSON object");
  const auto text = [object](std::string_view key) -> std::optional<std::string> {
    const auto* found = object->if_contains(key);
    if (found == nullptr || !found->is_string()) return std::nullopt;
    return std::string(found->get_string());
  };
  Recorded recorded;
  const auto at = parse_iso8601(text("at").value_or(""));
  const auto path = text("path");
  if (!at || !path || !path->starts_with('/')) return fail("it has no time or no path");
  recorded.at = *at;
  recorded.path = *path;
  if (const auto* status = object->if_contains("status"); status != nullptr && status->is_int64())
    recorded.status = status->get_int64();
  const auto encoded = text("body_base64");
  const auto body = encoded ? from_base64(*encoded) : text("body");
  if (!body) return fail("it has no body");
  recorded.body = *body;
  recorded.content_type = "application/json";
  if (const auto* headers = object->if_contains("headers"); headers != nullptr && headers->is_object()) {
    for (const auto& [name, header] : headers->get_object()) {
      if (net::same_name(name, "Content-Type") && header.is_string())
        recorded.content_type = header.get_string();
    }
  }
  return recorded;
}

class Replay {
 public:
  explicit Replay(const Arguments& arguments)
      : arguments_(arguments), client_({.ca_file = arguments.ca_file.value_or("")}) {}

  /// Returns the process's exit status.
  int run() {
    std::ifstream file(arguments_.file);
    if (!file) return complain(fmt::format("cannot read {}", arguments_.file).c_str());
    std::size_t number = 0;
    for (std::string line; std::getline(file, line);) {
      ++number;
      const auto recorded = parse_line(line);
      if (!recorded)
        return complain(fmt::format("{}:{}: {}", arguments_.file, number, recorded.error().message).c_str());
      if (!play(number, *recorded)) return EXIT_FAILURE;
    }
    fmt::print("{} requests, {} answered otherwise than when they were recorded\n", number, different_);
    return different_ == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
  }

 private:
  /// False when nobody answers.
  bool play(std::size_t number, const Recorded& recorded) {
    pause_before(recorded.at);
    net::ClientRequest request{.method = "POST", .url = arguments_.url + recorded.path};
    request.headers = {{"Content-Type", recorded.content_type}};
    request.body = recorded.body;
    if (!arguments_.user.empty()) {
      request.user = arguments_.user;
      request.password = arguments_.password;
    }
    const auto answer = client_.send(request);
    if (!answer) {
      complain(fmt::format("{}: {}", request.url, answer.error().message).c_str());
      return false;
    }
    if (recorded.status == 0 || answer->status == static_cast<unsigned>(recorded.status)) return true;
    ++different_;
    fmt::print("line {}: {} answers {}, recorded was {}: {}\n", number, recorded.path, answer->status,
               recorded.status, for_message(answer->body, 300));
    return true;
  }

  void pause_before(Timestamp at) {
    if (last_ && arguments_.speed > 0) {
      const auto gap = std::chrono::duration<double>(at - *last_) / arguments_.speed;
      const auto pause = std::chrono::duration_cast<Millis>(gap);
      if (pause > Millis(0)) std::this_thread::sleep_for(std::min(pause, kLongestPause));
    }
    last_ = at;
  }

  const Arguments& arguments_;
  net::HttpClient client_;
  std::optional<Timestamp> last_;
  std::size_t different_ = 0;
};

int run(Arguments arguments) {
  while (arguments.url.ends_with('/')) arguments.url.pop_back();
  return Replay(arguments).run();
}

}  // namespace

void add_replay_command(CLI::App& app, Action& action) {
  auto* command = app.add_subcommand(
      "replay",
      "Post what `bellwether record` wrote, in its order, and say what is answered otherwise than then.\n"
      "Ends with 1 when something is");
  const auto arguments = std::make_shared<Arguments>();
  command->add_option("FILE", arguments->file, "What `bellwether record` wrote")->required();
  command->add_option("URL", arguments->url, "Where to, without a path: http://127.0.0.1:8080")->required();
  command->add_option("--user", arguments->user, "User of the endpoint");
  command
      ->add_option("--password", arguments->password, "Password of the endpoint (BELLWETHER_REPLAY_PASSWORD)")
      ->envname("BELLWETHER_REPLAY_PASSWORD");
  command->add_option("--ca-file", arguments->ca_file,
                      "Certificate authorities to trust, beside nothing else");
  command
      ->add_option(
          "--speed", arguments->speed,
          "1: with the pauses that lay between the requests (a minute at most), 10: ten times faster;\n"
          "0, the default: one after the other")
      ->check(CLI::NonNegativeNumber);
  command->callback([arguments, &action] { action = [arguments] { return run(*arguments); }; });
}

}  // namespace bellwether::cli
