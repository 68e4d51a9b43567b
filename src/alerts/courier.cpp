#include "alerts/courier.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <random>
#include <set>
#include <thread>
#include <vector>

#include "alerts/history.hpp"
#include "alerts/message.hpp"
#include "base/guarded.hpp"
#include "base/log.hpp"
#include "registry/webhooks.hpp"

namespace bellwether::alerts {

namespace {

/// How long nothing is looked for when nothing pokes.
constexpr Millis kTick = std::chrono::seconds(1);
constexpr Millis kMailWithin = std::chrono::seconds(20);
/// How long a receiver rests after an exception cut an attempt off.
constexpr Millis kCutOffPause = std::chrono::seconds(2);

/// What an attempt gave.
struct Outcome {
  unsigned status = 0;
  delivery::Judgement judgement;
};

Outcome broken(delivery::Verdict verdict, std::string message) {
  return {0, {verdict, std::move(message), std::nullopt}};
}

}  // namespace

struct Courier::Impl {
  Impl(const CourierOptions& given, const Parts& of, OnAttempt observer)
      : options(given), parts(of), on_attempt(std::move(observer)) {}

  const CourierOptions options;
  const Parts parts;
  const OnAttempt on_attempt;

  std::mutex mutex;
  std::condition_variable wake;
  std::set<std::string> busy;  ///< receivers
  std::atomic<bool> stopping = false;
  std::vector<std::thread> threads;

  void run() {
    net::HttpClient client({.guard = &parts.guard, .ca_file = options.ca_file});
    while (auto notification = take()) {
      const std::string receiver = notification->receiver();
      const bool whole = guarded("a notification's attempt was cut off; it is made again",
                                 [&] { carry(client, std::move(*notification)); });
      release(receiver, !whole);
    }
  }

  /// The receiver may be sent to again, after a rest when something was thrown.
  void release(const std::string& receiver, bool rests) {
    std::unique_lock lock(mutex);
    if (rests) wake.wait_for(lock, kCutOffPause, [this] { return stopping.load(); });
    busy.erase(receiver);
    wake.notify_all();
  }

  /// The next notification that is due, its receiver marked as busy; nothing when it is time to stop.
  std::optional<Notification> take() {
    std::unique_lock lock(mutex);
    while (!stopping) {
      std::optional<Notification> found;
      guarded("notifications cannot be read", [&] {
        const auto reader = parts.readers.borrow();
        auto due = due_notifications(*reader, system_now(), busy, 1);
        if (due.empty()) return;
        busy.insert(due.front().receiver());
        found = std::move(due.front());
      });
      if (found) return found;
      wake.wait_for(lock, kTick);
    }
    return std::nullopt;
  }

  void carry(net::HttpClient& client, Notification notification) {
    const Outcome outcome = notification.webhook_id ? post(client, notification) : mail(notification);
    // Broken off: it stays as it is stored.
    if (!stopping || outcome.judgement.verdict == delivery::Verdict::kDelivered)
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
    if (!webhook) return broken(delivery::Verdict::kFail, "the webhook is gone");
    if (!webhook->enabled) return broken(delivery::Verdict::kFail, "the webhook is disabled");
    net::ClientRequest request = request_to(*webhook, notification.body);
    request.response_bytes = options.response_bytes;
    request.timeouts = options.timeouts;
    request.cancel = &stopping;
    const delivery::Attempt attempt = client.send(request);
    return {attempt ? attempt->status : 0, delivery::judge_alert(attempt, system_now())};
  }

  Outcome mail(const Notification& notification) {
    if (options.smtp.url.empty())
      return broken(delivery::Verdict::kFail, "no mail server is configured: set notify.smtp_url");
    const auto sent = send(options.smtp, options.mail_from, notification.email, notification.mail,
                           system_now(), kMailWithin);
    if (!sent) return broken(delivery::Verdict::kRetry, sent.error().message);
    return broken(delivery::Verdict::kDelivered, "");
  }
};

Courier::Courier(const CourierOptions& options, const Parts& parts, OnAttempt on_attempt)
    : impl_(std::make_unique<Impl>(options, parts, std::move(on_attempt))) {}

Courier::~Courier() {
  stop();
}

void Courier::start() {
  for (std::size_t i = 0; i < std::max<std::size_t>(impl_->options.parallel, 1); ++i)
    impl_->threads.emplace_back([this] { impl_->run(); });
}

void Courier::poke() {
  impl_->wake.notify_all();
}

void Courier::stop() {
  {
    const std::scoped_lock lock(impl_->mutex);
    impl_->stopping = true;
  }
  impl_->wake.notify_all();
  for (std::thread& thread : impl_->threads) thread.join();
  impl_->threads.clear();
}

}  // namespace bellwether::alerts
