#include "alerts/notification.hpp"

#include <limits>

#include <fmt/format.h>

#include "retry_policy/retry.hpp"

namespace bellwether::alerts {

namespace {

#define NOTIFICATION_COLUMNS                                                                           \
  "id, alert_id, firing_id, webhook_id, email, body, mail_subject, mail_text, mail_html, mail_chart, " \
  "state, attempts, paused_ms, next_attempt_at, status, "                                              \
  "message, created_at, ended_at"

Notification read(const storage::Query& row) {
  const auto optional_id = [&](int column) {
    return row.is_null(column) ? std::nullopt : std::optional(row.integer(column));
  };
  return {row.integer(0),
          row.integer(1),
          optional_id(2),
          optional_id(3),
          std::string(row.text(4)),
          std::string(row.text(5)),
          {std::string(row.text(6)), std::string(row.text(7)), std::string(row.text(8)),
           std::string(row.text(9))},
          std::string(row.text(10)),
          static_cast<std::size_t>(row.integer(11)),
          Millis(row.integer(12)),
          from_unix_ms(row.integer(13)),
          static_cast<unsigned>(row.integer(14)),
          std::string(row.text(15)),
          from_unix_ms(row.integer(16)),
          from_unix_ms(row.integer(17))};
}

}  // namespace

std::string Notification::receiver() const {
  return webhook_id ? fmt::format("webhook {}", *webhook_id) : email;
}

std::int64_t insert_notification(storage::Database& database, const Notification& notification) {
  database.run(
      "INSERT INTO notification (alert_id, firing_id, webhook_id, email, body, mail_subject, mail_text, "
      "mail_html, mail_chart, state, attempts, paused_ms, next_attempt_at, status, message, created_at, "
      "ended_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 'pending', 0, 0, ?10, 0, '', ?11, 0)",
      notification.alert_id, notification.firing_id, notification.webhook_id, notification.email,
      notification.body, notification.mail.subject, notification.mail.text, notification.mail.html,
      notification.mail.chart, to_unix_ms(notification.next_attempt_at), to_unix_ms(notification.created_at));
  return database.last_insert_id();
}

std::vector<Notification> due_notifications(storage::Database& database, Timestamp now,
                                            const std::set<std::string>& busy, std::size_t most) {
  std::vector<Notification> due;
  std::set<std::string> taken = busy;
  auto rows = database.query(
      "SELECT " NOTIFICATION_COLUMNS
      " FROM notification WHERE state = 'pending' AND (next_attempt_at <= ?1 OR next_attempt_at > ?2) "
      "ORDER BY id",
      to_unix_ms(now), to_unix_ms(now + retry_policy::kRetryBudget));
  while (due.size() < most && rows.next()) {
    Notification notification = read(rows);
    if (taken.insert(notification.receiver()).second) due.push_back(std::move(notification));
  }
  return due;
}

std::optional<Notification> find_notification(storage::Database& database, std::int64_t id) {
  auto rows = database.query("SELECT " NOTIFICATION_COLUMNS " FROM notification WHERE id = ?1", id);
  if (!rows.next()) return std::nullopt;
  return read(rows);
}

std::vector<Notification> list_notifications(storage::Database& database, std::int64_t alert_id,
                                             std::optional<std::int64_t> before, std::size_t limit) {
  std::vector<Notification> notifications;
  auto rows = database.query("SELECT " NOTIFICATION_COLUMNS
                             " FROM notification WHERE alert_id = ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3",
                             alert_id, before.value_or(std::numeric_limits<std::int64_t>::max()), limit);
  while (rows.next()) notifications.push_back(read(rows));
  return notifications;
}

std::optional<Timestamp> next_attempt_after(storage::Database& database, Timestamp now) {
  auto rows = database.query(
      "SELECT min(next_attempt_at) FROM notification WHERE state = 'pending' AND next_attempt_at > ?1",
      to_unix_ms(now));
  if (!rows.next() || rows.is_null(0)) return std::nullopt;
  return from_unix_ms(rows.integer(0));
}

Notification after_attempt(Notification notification, unsigned status,
                           const retry_policy::Judgement& judgement, Timestamp now, double jitter) {
  ++notification.attempts;
  notification.status = status;
  notification.message = judgement.message;
  if (judgement.verdict == retry_policy::Verdict::kRetry) {
    const auto pause =
        retry_policy::next_pause(notification.attempts, notification.paused, jitter, judgement.retry_after);
    if (pause) {
      notification.paused += *pause;
      notification.next_attempt_at = now + *pause;
      return notification;
    }
  }
  notification.state = judgement.verdict == retry_policy::Verdict::kDelivered ? "delivered" : "failed";
  notification.ended_at = now;
  return notification;
}

void store_attempt(storage::Database& database, const Notification& notification) {
  database.run(
      "UPDATE notification "
      "SET state = ?2, attempts = ?3, paused_ms = ?4, next_attempt_at = ?5, status = ?6, message = ?7, "
      "ended_at = ?8 WHERE id = ?1",
      notification.id, notification.state, notification.attempts, notification.paused.count(),
      to_unix_ms(notification.next_attempt_at), static_cast<std::int64_t>(notification.status),
      notification.message, to_unix_ms(notification.ended_at));
}

void send_again(storage::Database& database, std::int64_t id, Timestamp now) {
  database.run(
      "UPDATE notification "
      "SET state = 'pending', attempts = 0, paused_ms = 0, next_attempt_at = ?2, ended_at = 0 WHERE id = ?1 "
      "AND state = 'failed'",
      id, to_unix_ms(now));
}

bool trim_notifications(storage::Database& database, Timestamp before, std::size_t limit) {
  database.run(
      "DELETE FROM notification WHERE id IN (SELECT id FROM notification WHERE state != 'pending' "
      "AND ended_at < ?1 LIMIT ?2)",
      to_unix_ms(before), limit);
  return database.changed_rows() == static_cast<std::int64_t>(limit);
}

}  // namespace bellwether::alerts
