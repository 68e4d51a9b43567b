#pragma once

#include <memory>
#include <optional>
#include <string>

#include "ingestion/event_writer.hpp"
#include "ingestion/profile_writer.hpp"
#include "net/http.hpp"
#include "publisher/metrics.hpp"
#include "publisher/options.hpp"
#include "publisher/project_directory.hpp"

namespace bellwether::publisher {

/// The public listener's application: `/track`, `/import` and `/engage` as Mixpanel's SDKs and tools call
/// them.
///
///     /track, /engage   by the project's token in each object; answers 1 or 0,
///                       or {"status", "error"} with verbose=1
///     /import           by credentials; answers {"code", "num_records_imported", "status", "failed_records"}
///     /groups           not supported: 501
///
/// A request is answered when what it brought is durable. Too much at once is answered 429.
class Collector final : public net::Handler {
 public:
  /// All references outlive it.
  Collector(const Options& options, const ProjectDirectory& projects, ingestion::EventWriter& events,
            ingestion::ProfileWriter& profiles, Metrics& metrics);

  std::optional<net::Response> screen(const net::RequestHead& head) override;
  void handle(net::Request request, net::Respond respond) override;
  net::Response refuse(const net::Refusal& refusal) override;

 private:
  struct Exchange;
  using SharedExchange = std::shared_ptr<Exchange>;

  void track(const SharedExchange& exchange);
  void import_events(const SharedExchange& exchange);
  void engage(const SharedExchange& exchange);

  const Options& options_;
  const ProjectDirectory& projects_;
  ingestion::EventWriter& events_;
  ingestion::ProfileWriter& profiles_;
  Metrics& metrics_;
};

}  // namespace bellwether::publisher
