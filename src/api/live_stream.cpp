#include "api/live_stream.hpp"

#include <utility>

namespace bellwether::api {

namespace {

constexpr auto kHeartbeat = std::chrono::seconds(15);

}  // namespace

net::BodySource::State LiveStream::next(std::string& chunk) {
  if (!greeting_.empty()) chunk = ": " + std::exchange(greeting_, {}) + "\n\n";
  const State state = append_news(chunk);
  const auto now = std::chrono::steady_clock::now();
  if (chunk.empty() && now - last_sent_ > kHeartbeat) chunk = ": still here\n\n";
  if (!chunk.empty()) last_sent_ = now;
  return state;
}

net::Response stream_response(std::unique_ptr<LiveStream> stream) {
  net::Response response;
  response.content_type = "text/event-stream";
  response.headers.push_back({"Cache-Control", "no-store"});
  response.stream = std::move(stream);
  return response;
}

}  // namespace bellwether::api
