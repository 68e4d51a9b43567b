#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "api/router.hpp"
#include "api/workers.hpp"
#include "net/http.hpp"
#include "storage/group_commit.hpp"
#include "storage/reader_pool.hpp"
#include "subscriber/metrics.hpp"
#include "subscriber/options.hpp"

namespace bellwether::subscriber {

/// What the API asks of the running service. Called on the private listener's threads.
struct ApiProbes {
  std::function<std::size_t()> queue_depth;
  std::function<std::size_t()> connections;
  std::function<std::optional<storage::CommitFailure>()> failing;
};

struct Call;

/// The private listener's application: reads only. Each call sees one committed state of the data.
class Api final : public net::Handler {
 public:
  /// All references outlive it.
  Api(const Options& options, storage::ReaderPool& readers, const Metrics& metrics, ApiProbes probes);

  std::optional<net::Response> screen(const net::RequestHead& head) override;
  void handle(net::Request request, net::Respond respond) override;
  net::Response refuse(const net::Refusal& refusal) override;

  /// The threads that answer: to be stopped after the listener.
  api::Workers& workers() { return workers_; }

 private:
  const Options& options_;
  storage::ReaderPool& readers_;
  const Metrics& metrics_;
  const ApiProbes probes_;
  const api::Router<Call> router_;
  api::Workers workers_;
};

}  // namespace bellwether::subscriber
