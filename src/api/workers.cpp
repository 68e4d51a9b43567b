#include "api/workers.hpp"

#include <memory>
#include <utility>

#include <fmt/format.h>

#include "api/answer.hpp"
#include "base/guarded.hpp"

namespace bellwether::api {

namespace {

/// Calls that wait while all threads are busy. A call is small: bodies have a limit together.
constexpr std::size_t kMaxWaiting = 256;
constexpr std::size_t kStreamThreads = 2;

/// A stream that counts for as long as it is open.
class CountedStream final : public net::BodySource {
 public:
  CountedStream(std::unique_ptr<net::BodySource> stream, std::shared_ptr<std::atomic<std::size_t>> open)
      : stream_(std::move(stream)), open_(std::move(open)) {}
  ~CountedStream() override { --*open_; }
  CountedStream(const CountedStream&) = delete;
  CountedStream& operator=(const CountedStream&) = delete;

  State next(std::string& chunk) override { return stream_->next(chunk); }

 private:
  const std::unique_ptr<net::BodySource> stream_;
  const std::shared_ptr<std::atomic<std::size_t>> open_;
};

net::Response answer_guarded(const Workers::Answer& answer, const net::Request& request) {
  net::Response response = render_error({500, "internal", "the call failed; the log says why"});
  guarded("a call of the private listener failed", [&] { response = answer(request); });
  return response;
}

}  // namespace

Workers::Workers(std::size_t call_threads)
    : calls_({.name = "calls", .threads = call_threads, .max_waiting = kMaxWaiting}),
      probes_({.name = "probes", .threads = 1, .max_waiting = kMaxWaiting}),
      streams_({.name = "streams", .threads = kStreamThreads, .max_waiting = kMaxWaiting}) {}

void Workers::answer(net::Request request, net::Respond respond, Answer answer) {
  if (request.path == "/healthz") return respond(answer_guarded(answer, request));
  const bool is_probe = request.path == "/readyz" || request.path == "/metrics";
  if (!is_probe && !network_thread_calls_.test_and_set(std::memory_order_acquire)) {
    net::Response response = admit(answer_guarded(answer, request));
    network_thread_calls_.clear(std::memory_order_release);
    return respond(std::move(response));
  }
  // Shared, because the pool takes it only when it has room.
  const auto told = std::make_shared<net::Respond>(std::move(respond));
  const bool taken = (is_probe ? probes_ : calls_)
                         .submit([this, told, answer = std::move(answer), asked = std::move(request)] {
                           (*told)(admit(answer_guarded(answer, asked)));
                         });
  if (!taken) (*told)(render_error({503, "busy", "too many calls wait for an answer; try again later"}));
}

net::Response Workers::admit(net::Response response) const {
  if (!response.stream) return response;
  if (++*open_streams_ > kMaxStreams) {
    --*open_streams_;
    return render_error(
        {503, "busy",
         fmt::format("{} streams are open, which is the limit: close some, or try again later",
                     kMaxStreams)});
  }
  response.stream = std::make_unique<CountedStream>(std::move(response.stream), open_streams_);
  return response;
}

net::Offload Workers::offload() {
  return [this](std::move_only_function<void()>&& task) { return streams_.submit(std::move(task)); };
}

void Workers::stop() {
  calls_.stop();
  probes_.stop();
  streams_.stop();
}

}  // namespace bellwether::api
