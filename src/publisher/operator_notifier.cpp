#include "publisher/operator_notifier.hpp"

#include <fmt/format.h>

#include "base/guarded.hpp"
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

std::vector<OperatorChannel> operator_channels(const NotifyOptions& options) {
  std::vector<OperatorChannel> channels;
  if (!options.smtp.url.empty()) {
    channels.push_back({"mail", [](const OperatorMessage& message) { return !message.to.empty(); },
                        [&options](const OperatorMessage& message) {
                          return net::send_mail(options.smtp,
                                                {options.from, message.to, message.subject, message.text},
                                                system_now(), kWithin);
                        }});
  }
  if (!options.webhook_url.empty()) {
    channels.push_back(
        {"webhook", [](const OperatorMessage&) { return true; },
         [&options](const OperatorMessage& message) { return post(options.webhook_url, message.json); }});
  }
  return channels;
}

OperatorNotifier::OperatorNotifier(std::vector<OperatorChannel> channels)
    : channels_(std::move(channels)), loop_({.name = "operator mail"}, [this] { return deliver_next(); }) {
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
  for (const OperatorChannel& channel : channels_) {
    // One channel that fails does not keep the message from the next.
    if (channel.takes(message)) guarded("an operator could not be told", [&] { persist(channel, message); });
  }
  return Loop::kAgain;
}

void OperatorNotifier::persist(const OperatorChannel& channel, const OperatorMessage& message) {
  for (int i = 1; i <= kTries; ++i) {
    const Result<void> told = channel.send(message);
    if (told) return;
    log::warn("an operator could not be told",
              {{"by", channel.name}, {"try", i}, {"error", told.error().message}});
    if (i == kTries || !loop_.pause(kPause)) return;
  }
}

}  // namespace bellwether::publisher
