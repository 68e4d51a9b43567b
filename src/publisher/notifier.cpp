#include "publisher/notifier.hpp"

#include <fmt/format.h>

#include "base/guarded.hpp"
#include "base/log.hpp"
#include "net/http_client.hpp"

namespace bellwether::publisher {

namespace {

constexpr std::size_t kMostQueued = 1000;
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

Notifier::Notifier(const NotifyOptions& options) : options_(options), thread_([this] { run(); }) {}

Notifier::~Notifier() {
  stop();
}

void Notifier::tell(Notice notice) {
  {
    const std::scoped_lock lock(mutex_);
    if (queue_.size() >= kMostQueued) queue_.pop_front();
    queue_.push_back(std::move(notice));
  }
  wake_.notify_one();
}

void Notifier::stop() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void Notifier::run() {
  Notice notice;
  while (wait_for_notice(notice)) guarded("a notice could not be delivered", [&] { deliver(notice); });
}

bool Notifier::wait_for_notice(Notice& notice) {
  std::unique_lock lock(mutex_);
  wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
  if (stopping_) return false;
  notice = std::move(queue_.front());
  queue_.pop_front();
  return true;
}

void Notifier::deliver(const Notice& notice) {
  if (!options_.smtp.url.empty() && !notice.to.empty()) {
    persist("mail", [&] {
      return net::send_mail(options_.smtp, {options_.from, notice.to, notice.subject, notice.text},
                            system_now(), kWithin);
    });
  }
  if (!options_.webhook_url.empty())
    persist("webhook", [&] { return post(options_.webhook_url, notice.json); });
}

template <typename Try>
void Notifier::persist(const char* how, Try&& attempt) {
  for (int i = 1; i <= kTries; ++i) {
    const Result<void> told = attempt();
    if (told) return;
    log::warn("a notice could not be delivered", {{"by", how}, {"try", i}, {"error", told.error().message}});
    std::unique_lock lock(mutex_);
    if (i == kTries || wake_.wait_for(lock, kPause, [this] { return stopping_; })) return;
  }
}

}  // namespace bellwether::publisher
