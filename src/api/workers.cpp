#include "api/workers.hpp"

#include <memory>
#include <utility>

#include "api/answer.hpp"
#include "base/guarded.hpp"

namespace bellwether::api {

namespace {

/// Calls that wait while all threads are busy. A call is small: bodies have a limit together.
constexpr std::size_t kMaxWaiting = 256;
constexpr std::size_t kStreamThreads = 2;

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
  // Shared, because the pool takes it only when it has room.
  const auto told = std::make_shared<net::Respond>(std::move(respond));
  const bool taken =
      (is_probe ? probes_ : calls_).submit([told, answer = std::move(answer), asked = std::move(request)] {
        (*told)(answer_guarded(answer, asked));
      });
  if (!taken) (*told)(render_error({503, "busy", "too many calls wait for an answer; try again later"}));
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
