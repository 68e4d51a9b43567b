#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>

#include "base/thread_pool.hpp"
#include "net/http.hpp"
#include "net/offload.hpp"

namespace bellwether::api {

/// The threads that answer a private listener's requests.
///
/// What may take long never holds up what must not: calls (which query, or wait for other people's endpoints),
/// streams, and the probes of monitoring have threads of their own, and /healthz is answered at once by the network
/// thread. A listener has `kNetworkThreads`, of which one at most runs a call itself: a short call then needs no hand-over
/// to another thread and back, which takes longer than its query, and the other thread goes on reading and writing.
class Workers {
 public:
  using Answer = std::function<net::Response(const net::Request&)>;

  /// How many network threads the listener's server has.
  static constexpr std::size_t kNetworkThreads = 2;

  /// Streams at once; more are refused, so that connections are left for everything else.
  static constexpr std::size_t kMaxStreams = 64;

  explicit Workers(std::size_t call_threads);

  /// Calls `answer` on a thread for this kind of request, or on this one, and `respond` with what it returns. 503 when too many
  /// requests wait, 500 when `answer` throws.
  void answer(net::Request request, net::Respond respond, Answer answer);

  /// For the listener's server: where its streams are read.
  net::Offload offload();

  /// Returns when the calls that are under way have ended. To be called after the listener was stopped and before it
  /// is destroyed, because their answers go there. Idempotent.
  void stop();

 private:
  /// The response, or a refusal when it is one stream too many.
  net::Response admit(net::Response response) const;

  const std::shared_ptr<std::atomic<std::size_t>> open_streams_ =
      std::make_shared<std::atomic<std::size_t>>(0);
  std::atomic_flag network_thread_calls_;  ///< a network thread runs a call
  ThreadPool calls_;
  ThreadPool probes_;
  ThreadPool streams_;
};

}  // namespace bellwether::api
