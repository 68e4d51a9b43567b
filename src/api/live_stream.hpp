#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "net/http.hpp"

namespace bellwether::api {

/// A body of server-sent events that goes on for as long as somebody reads it: a greeting first, and a comment when it
/// has been silent for a while, so that both ends notice a broken connection. What it tells is for those that derive.
class LiveStream : public net::BodySource {
 public:
  /// `greeting` is the comment that shows that the stream stands.
  explicit LiveStream(std::string greeting) : greeting_(std::move(greeting)) {}

  State next(std::string& chunk) final;

 private:
  /// Appends what is new.
  virtual State append_news(std::string& chunk) = 0;

  std::string greeting_;
  std::chrono::steady_clock::time_point last_sent_ = std::chrono::steady_clock::now();
};

/// The answer that a stream is.
net::Response stream_response(std::unique_ptr<LiveStream> stream);

}  // namespace bellwether::api
