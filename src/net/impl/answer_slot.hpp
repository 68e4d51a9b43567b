#pragma once

#include <memory>
#include <optional>
#include <utility>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/post.hpp>

#include "net/http.hpp"
#include "net/impl/wire_clock.hpp"

namespace bellwether::net::impl {

/// Where the application's response arrives on the connection's strand.
struct AnswerSlot {
  explicit AnswerSlot(const boost::asio::any_io_executor& executor)
      : signal(executor, WireTimer::time_point::max()) {}
  WireTimer signal;  ///< cancelled when the response is there
  std::optional<Response> response;
};

/// What the application calls, from any thread, to respond. Dropped without a call, it answers 500 in its place.
class Answerer {
 public:
  explicit Answerer(std::shared_ptr<AnswerSlot> slot) : slot_(std::move(slot)) {}
  Answerer(Answerer&&) noexcept = default;
  Answerer& operator=(Answerer&&) = delete;
  ~Answerer() {
    if (slot_) give(unanswered());
  }
  void operator()(Response response) { give(std::move(response)); }

 private:
  static Response unanswered() {
    Response response;
    response.status = 500;
    response.content_type.clear();
    return response;
  }
  void give(Response response) {
    const auto slot = std::exchange(slot_, nullptr);
    boost::asio::post(slot->signal.get_executor(), [slot, given = std::move(response)]() mutable {
      slot->response = std::move(given);
      slot->signal.cancel();
    });
  }
  std::shared_ptr<AnswerSlot> slot_;
};

}  // namespace bellwether::net::impl
