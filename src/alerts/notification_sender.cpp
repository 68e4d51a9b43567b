#include "alerts/notification_sender.hpp"

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <random>
#include <set>
#include <vector>

#include "alerts/history.hpp"
#include "alerts/message.hpp"
#include "base/guarded.hpp"
#include "base/log.hpp"
#include "base/loop.hpp"
#include "registry/webhooks.hpp"

namespace bellwether::alerts {

namespace {

/// The longest time between two looks when nothing wakes it: what is due by the wall clock is not missed for longer
/// when somebody sets that clock.
constexpr Millis kPeriod = std::chrono::seconds(10);
constexpr Millis kMailWithin = std::chrono::seconds(20);
/// How long a receiver rests after an exception cut an attempt off.
constexpr Millis kCutOffPause = std::chrono::seconds(2);

using Steady = std::chrono::steady_clock;

/// What an attempt gave.
struct Outcome {
  unsigned status = 0;
  retry_policy::Judgement judgement;
};

Outcome broken(retry_policy::Verdict verdict, std::string message) {
  return {0, {verdict, std::move(message), std::nullopt}};
}

}  // namespace

struct NotificationSender::Impl {
  Impl(const NotificationSenderOptions& given, const Parts& of, OnAttempt observer)
      : options(given), parts(of), on_attempt(std::move(observer)) {}

  const NotificationSenderOptions options;
  const Parts parts;
  const OnAttempt on_attempt;

  std::mutex mutex;
  /// Receivers that are being sent to, or rest until a time after an attempt was cut off.
  std::map<std::string, std::optional<Steady::time_point>> busy;
  std::atomic<bool> stopping = false;
  std::vector<std::unique_ptr<Loop>> loops;

  void start() {
    for (std::size_t i = 0; i < std::max<std::size_t>(options.parallel, 1); ++i) {
      const auto client = std::make_shared<net::HttpClient>(
          net::HttpClient::Options{.guard = &parts.guard, .ca_file = options.ca_file});
      loops.push_back(std::make_unique<Loop>(Loop::Options{.name = "notifications", .period = kPeriod},
                                             [this, client] { return send_next(*client); }));
    }
    for (const auto& loop : loops) loop->start();
  }

  void wake() {
    for (const auto& loop : loops) loop->wake();
  }

  void stop() {
    stopping = true;
    for (const auto& loop : loops) loop->request_stop();
    for (const auto& loop : loops) loop->stop();
  }

  Millis send_next(net::HttpClient& client) {
    const Timestamp now = system_now();
    auto notification = take(now);
    if (!notification) return time_until_next(now);
    const std::string receiver = notification->receiver();
    const bool whole = guarded("a notification's attempt was cut off; it is made again",
                               [&] { carry(client, std::move(*notification)); });
    release(receiver, !whole);
    return Loop::kAgain;
  }

  /// The next notification that is due, its receiver marked as busy.
  std::optional<Notification> take(Timestamp now) {
    const auto reader = parts.readers.borrow();
    const std::scoped_lock lock(mutex);
    std::erase_if(busy,
                  [steady = Steady::now()](const auto& one) { return one.second && *one.second <= steady; });
    std::set<std::string> passed_over;
    for (const auto& [receiver, rests_until] : busy) passed_over.insert(receiver);
    auto due = due_notifications(*reader, now, passed_over, 1);
    if (due.empty()) return std::nullopt;
    busy.emplace(due.front().receiver(), std::nullopt);
    return std::move(due.front());
  }

  /// What is due to a busy receiver is looked for when that is released.
  Millis time_until_next(Timestamp now) {
    const auto reader = parts.readers.borrow();
    const auto next = next_attempt_after(*reader, now);
    const Millis wait = next ? *next - now : Loop::kIdle;
    const std::scoped_lock lock(mutex);
    const bool somebody_rests =
        std::ranges::any_of(busy, [](const auto& one) { return one.second.has_value(); });
    return somebody_rests ? std::min(wait, kCutOffPause) : wait;
  }

  /// The receiver may be sent to again, after a rest when something was thrown.
  void release(const std::string& receiver, bool rests) {
    {
      const std::scoped_lock lock(mutex);
      if (rests) {
        busy[receiver] = Steady::now() + kCutOffPause;
      } else {
        busy.erase(receiver);
      }
    }
    wake();
  }

  void carry(net::HttpClient& client, Notification notification) {
    const Outcome outcome = notification.webhook_id ? post(client, notification) : mail(notification);
    // Broken off: it stays as it is stored.
    if (!stopping || outcome.judgement.verdict == retry_policy::Verdict::kDelivered)
      store(std::move(notification), outcome);
  }

  void store(Notification notification, const Outcome& outcome) {
    static thread_local std::mt19937 random{std::random_device{}()};
    const double jitter = std::uniform_real_distribution(0.0, 1.0)(random);
    const Timestamp now = system_now();
    notification = after_attempt(std::move(notification), outcome.status, outcome.judgement, now, jitter);
    const auto committed = parts.writer.run([&](storage::Database& database) {
      store_attempt(database, notification);
      if (notification.state != "pending")
        note(database, notification.alert_id, now, notification.state,
             notification.state == "delivered" ? notification.receiver()
                                               : notification.receiver() + ": " + notification.message);
    });
    if (!committed)
      log::error("a notification's attempt cannot be stored", {{"error", committed.error().message}});
    log::info("alert notification", {{"alert", notification.alert_id},
                                     {"to", notification.receiver()},
                                     {"state", notification.state},
                                     {"attempt", notification.attempts},
                                     {"status", notification.status},
                                     {"error", notification.message}});
    on_attempt(notification);
  }

  Outcome post(net::HttpClient& client, const Notification& notification) {
    std::optional<registry::Webhook> webhook;
    {
      const auto reader = parts.readers.borrow();
      webhook = registry::find_webhook(*reader, *notification.webhook_id);
    }
    if (!webhook) return broken(retry_policy::Verdict::kFail, "the webhook is gone");
    if (!webhook->enabled) return broken(retry_policy::Verdict::kFail, "the webhook is disabled");
    net::ClientRequest request = request_to(*webhook, notification.body);
    request.response_bytes = options.response_bytes;
    request.timeouts = options.timeouts;
    request.cancel = &stopping;
    const retry_policy::Attempt attempt = client.send(request);
    return {attempt ? attempt->status : 0, retry_policy::judge_alert(attempt, system_now())};
  }

  Outcome mail(const Notification& notification) {
    if (options.smtp.url.empty())
      return broken(retry_policy::Verdict::kFail, "no mail server is configured: set notify.smtp_url");
    const auto sent = send(options.smtp, options.mail_from, notification.email, notification.mail,
                           system_now(), kMailWithin);
    if (!sent) return broken(retry_policy::Verdict::kRetry, sent.error().message);
    return broken(retry_policy::Verdict::kDelivered, "");
  }
};

NotificationSender::NotificationSender(const NotificationSenderOptions& options, const Parts& parts,
                                       OnAttempt on_attempt)
    : impl_(std::make_unique<Impl>(options, parts, std::move(on_attempt))) {}

NotificationSender::~NotificationSender() {
  stop();
}

void NotificationSender::start() {
  impl_->start();
}

void NotificationSender::wake() {
  impl_->wake();
}

void NotificationSender::stop() {
  impl_->stop();
}

}  // namespace bellwether::alerts
