#include "publisher/operator_notifier.hpp"

#include <fmt/format.h>

#include "base/log.hpp"
#include "net/http_client.hpp"

namespace bellwether::publisher {

namespace {

constexpr std::size_t kMaxQueued = 1000;
constexpr int kTries = 3;
constexpr Millis kPause = std::chrono::seconds(5);
constexpr Millis kWithin = std::chrono::seconds(20);

Result<void> post(const std::string& url, const std::string& json) {
  // The operator chose the address: no guard.
  const auto answer = net::HttpClient({}).send({.method = "POST",
                                                .url = url,
                                                .headers = {{"Content-Type", "application/json"}},
                                                .body = json,
                                                .timeouts = {.first_byte = kWithin, .whole = kWithin}});
  if (!answer) return fail(answer.error().message);
  if (answer->status / 100 != 2) return fail(fmt::format("it answered {}", answer->status));
  return {};
}

}  // namespace

OperatorNotifier::OperatorNotifier(const NotifyOptions& options)
    : options_(options), loop_({.name = "operator mail"}, [this] { return deliver_next(); }) {
  loop_.start();
}

OperatorNotifier::~OperatorNotifier() {
  stop();
}

void OperatorNotifier::tell(OperatorMessage message) {
  {
    const std::scoped_lock lock(mutex_);
    if (queue_.size() >= kMaxQueued) queue_.pop_front();
    queue_.push_back(std::move(message));
  }
  loop_.wake();
}

Millis OperatorNotifier::deliver_next() {
  OperatorMessage message;
  {
    const std::scoped_lock lock(mutex_);
    if (queue_.empty()) return Loop::kIdle;
    message = std::move(queue_.front());
    queue_.pop_front();
  }
  deliver(message);
  return Loop::kAgain;
}

void OperatorNotifier::deliver(const OperatorMessage& message) {
  if (!options_.smtp.url.empty() && !message.to.empty()) {
    persist("mail", [&] {
      return net::send_mail(options_.smtp, {options_.from, message.to, message.subject, message.text},
                            system_now(), kWithin);
    });
  }
  if (!options_.webhook_url.empty())
    persist("webhook", [&] { return post(options_.webhook_url, message.json); });
}

template <typename Try>
void OperatorNotifier::persist(const char* how, Try&& attempt) {
  for (int i = 1; i <= kTries; ++i) {
    const Result<void> told = attempt();
    if (told) return;
    log::warn("an operator could not be told", {{"by", how}, {"try", i}, {"error", told.error().message}});
    if (i == kTries || !loop_.pause(kPause)) return;
  }
}

}  // namespace bellwether::publisher
