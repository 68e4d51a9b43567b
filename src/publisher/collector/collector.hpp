#pragma once

#include <memory>
#include <optional>
#include <string>

#include "ingestion/event_journal.hpp"
#include "ingestion/event_writer.hpp"
#include "ingestion/profile_writer.hpp"
#include "net/http.hpp"
#include "publisher/collector/rejects.hpp"
#include "publisher/collector/sdk_files.hpp"
#include "publisher/metrics.hpp"
#include "publisher/options.hpp"
#include "publisher/project_directory.hpp"

namespace bellwether::publisher {

/// Rows that the event engine refused, as records that were not taken.
std::vector<ingestion::Rejection> rejections_of(const std::vector<ingestion::RefusedRow>& rows);

/// The public listener's application: what Mixpanel's SDKs and tools call.
///
///     /track, /engage, /groups   by the project's token in each object; answers 1 or 0,
///                                or {"status", "error"} with verbose=1
///     /import                    by credentials; answers {"code", "num_records_imported", "status", "failed_records"}
///     /flags, /settings, …       what keeps an SDK quiet (sdk_answers.hpp)
///     /lib.min.js, /libs/        the browser SDK itself, when it is to be served (sdk_files.hpp)
///
/// A request is answered when what it brought is durable. Too much at once is answered 429.
class Collector final : public net::Handler {
 public:
  /// What it works with; all outlive it.
  struct Parts {
    const Options& options;
    const ProjectDirectory& projects;
    ingestion::EventJournal& journal;  ///< for many small requests
    ingestion::EventWriter& events;    ///< for those that are to be told what the engine says
    ingestion::ProfileWriter& profiles;
    Metrics& metrics;
    Rejects& rejects;
    const SdkFiles& sdk_files;
  };
  explicit Collector(const Parts& parts) : parts_(parts) {}

  std::optional<net::Response> screen(const net::RequestHead& head) override;
  void handle(net::Request request, net::Respond respond) override;
  net::Response refuse(const net::Refusal& refusal) override;
  /// PHP's SDK sends its batches one behind another, reads no answer and ends with its script.
  bool takes_unread() const override { return true; }

 private:
  struct Exchange;
  using SharedExchange = std::shared_ptr<Exchange>;

  void track(const SharedExchange& exchange);
  void import_events(const SharedExchange& exchange);
  void update_profiles(const SharedExchange& exchange, ingestion::ProfilesOf of);
  /// The path as metrics have it: those of nobody's making are "other".
  std::string label(std::string_view path) const;

  const Parts parts_;
};

}  // namespace bellwether::publisher
