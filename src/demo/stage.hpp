#pragma once

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/time.hpp"
#include "demo/shop.hpp"
#include "net/http_client.hpp"
#include "publisher/service.hpp"
#include "subscriber/service.hpp"

namespace bellwether::demo {

struct StageOptions {
  std::string data_dir;                       ///< holds a folder of each service
  std::string engine_library;                 ///< path of libchdb.so
  bool default_ports = true;                  ///< those of the README where they are free; else any
  Millis interval = std::chrono::seconds(5);  ///< between a sync's runs
};

/// What a sync run came to, as the publisher tells it.
struct RunReport {
  std::int64_t id = 0;
  std::int64_t number = 0;
  std::string end;
  std::string message;
  bool full = false;
  std::uint64_t members = 0;
  std::uint64_t entered = 0;
  std::uint64_t left = 0;
  std::uint64_t attempts = 0;
  double seconds = 0;
};

struct SyncReport {
  std::int64_t id = 0;
  std::string cohort_id;
  std::string cohort;
  std::vector<RunReport> runs;  ///< that ended, newest first
};

/// An alert as the subscriber has it.
struct AlertReport {
  std::int64_t id = 0;
  std::string name;
  std::string value;
  std::string sentence;
};

/// A publisher and a subscriber in this process, spoken to over HTTP as anybody would.
class Stage {
 public:
  /// Starts both and makes the shop's project.
  static Result<std::unique_ptr<Stage>> set_up(const StageOptions& options);

  /// Makes two cohorts and their syncs to the subscriber, and an alert on its sales by the hour; all begin at
  /// once.
  Result<void> configure_shop();

  Result<void> stop_subscriber();
  Result<void> start_subscriber();

  /// Hands what happened to the publisher, which has it on disk when this returns.
  Result<void> send(const Activity& activity);
  Result<void> run_now(std::int64_t sync_id);
  Result<std::vector<SyncReport>> syncs();
  /// What is in the subscriber's inbox, the oldest first.
  Result<std::vector<AlertReport>> inbox();

  /// Who is in the cohort as of a run, by the publisher's audit.
  Result<std::set<std::string>> audited(std::int64_t run_id);
  /// Who is in the subscriber's mirror.
  Result<std::set<std::string>> mirrored(const std::string& cohort_id);

  std::string publisher_url() const { return "http://" + publisher_->address().to_string(); }
  std::string publisher_admin() const { return "http://" + publisher_->admin_address().to_string(); }
  std::string subscriber_admin() const { return "http://" + subscriber_address_admin_; }

  static constexpr const char* kProject = "1";
  static constexpr const char* kToken = "demo-token";

 private:
  explicit Stage(StageOptions options) : options_(std::move(options)) {}
  Result<void> start_publisher();
  Result<void> configure(const std::string& shop);
  Result<std::string> call(const std::string& method, const std::string& url, const std::string& body,
                           const std::vector<net::Header>& headers = {}) const;

  const StageOptions options_;
  std::unique_ptr<subscriber::Service> subscriber_;
  std::unique_ptr<publisher::Service> publisher_;
  net::Address subscriber_address_;  ///< kept over a stop, so that the destination stays right
  std::string subscriber_address_admin_;
};

}  // namespace bellwether::demo
