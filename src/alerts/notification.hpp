#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "alerts/mail.hpp"
#include "base/time.hpp"
#include "retry_policy/verdict.hpp"
#include "storage/database.hpp"

namespace bellwether::alerts {

/// One message to one receiver: stored before it is sent, kept after it failed so that it can be sent again.
struct Notification {
  std::int64_t id = 0;
  std::int64_t alert_id = 0;
  std::optional<std::int64_t> firing_id;   ///< none for a test
  std::optional<std::int64_t> webhook_id;  ///< none for a mail
  std::string email;                       ///< empty for a webhook
  std::string body;                        ///< a webhook's; empty for a mail
  MailContent mail = {};                   ///< empty for a webhook
  std::string state = "pending";           ///< pending, delivered, failed
  std::size_t attempts = 0;                ///< since it became pending
  Millis paused{0};                        ///< all pauses between them
  Timestamp next_attempt_at;
  unsigned status = 0;  ///< the last answer's, 0: none
  std::string message;  ///< what became of the last attempt
  Timestamp created_at;
  Timestamp ended_at = {};  ///< the epoch: not yet

  /// Whom it goes to: notifications to one receiver go one after another.
  std::string receiver() const;
};

std::int64_t insert_notification(storage::Database& database, const Notification& notification);
/// Those of which an attempt is due, the oldest first; none to the receivers in `busy`, one for each other.
/// An attempt that is planned further ahead than the longest pause was planned by a clock that was ahead: it
/// is due.
std::vector<Notification> due_notifications(storage::Database& database, Timestamp now,
                                            const std::set<std::string>& busy, std::size_t most);
std::optional<Notification> find_notification(storage::Database& database, std::int64_t id);
/// Of one alert, the newest first, before `before`.
std::vector<Notification> list_notifications(storage::Database& database, std::int64_t alert_id,
                                             std::optional<std::int64_t> before, std::size_t limit);
/// When the next attempt after `now` is due.
std::optional<Timestamp> next_attempt_after(storage::Database& database, Timestamp now);

/// What follows from an attempt: delivered, another attempt later, or failed. A receiver's 4xx fails it: an
/// alert's webhook is disabled only by a person.
Notification after_attempt(Notification notification, unsigned status,
                           const retry_policy::Judgement& judgement, Timestamp now, double jitter);
void store_attempt(storage::Database& database, const Notification& notification);
/// A failed one becomes pending again.
void send_again(storage::Database& database, std::int64_t id, Timestamp now);
/// Forgets those that ended before, in portions; answers whether there may be more.
bool trim_notifications(storage::Database& database, Timestamp before, std::size_t limit);

}  // namespace bellwether::alerts
