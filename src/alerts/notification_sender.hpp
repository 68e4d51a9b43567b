#pragma once

#include <functional>
#include <memory>
#include <string>

#include "alerts/notification.hpp"
#include "net/egress_guard.hpp"
#include "net/http_client.hpp"
#include "net/smtp.hpp"
#include "storage/group_commit.hpp"
#include "storage/reader_pool.hpp"

namespace bellwether::alerts {

struct NotificationSenderOptions {
  std::size_t parallel = 4;  ///< receivers at once
  net::ClientTimeouts timeouts = {};
  std::size_t response_bytes = 64UL << 10U;
  std::string ca_file = {};  ///< trusted in place of the system's certificates
  net::SmtpServer smtp = {};
  std::string mail_from = "bellwether@localhost";
};

/// Sends the notifications that are stored: to one receiver one after another, to several at once, each until
/// it is delivered or the retries are over. One that was on its way when the process died is sent again. Owns
/// its threads.
class NotificationSender {
 public:
  struct Parts {
    storage::GroupCommit& writer;
    storage::ReaderPool& readers;
    const net::EgressGuard& guard;
  };
  using OnAttempt = std::function<void(const Notification&)>;

  /// The parts outlive it.
  NotificationSender(const NotificationSenderOptions& options, const Parts& parts, OnAttempt on_attempt);
  ~NotificationSender();
  NotificationSender(const NotificationSender&) = delete;
  NotificationSender& operator=(const NotificationSender&) = delete;

  void start();
  /// Something may be due.
  void wake();
  /// Breaks off what is on its way; it is sent again at the next start. Idempotent.
  void stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace bellwether::alerts
