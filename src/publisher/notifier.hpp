#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <thread>

#include "net/egress_guard.hpp"
#include "publisher/options.hpp"

namespace bellwether::publisher {

/// Something that needs a person.
struct Notice {
  std::string to;  ///< an e-mail address; empty: only the operational webhook is told
  std::string subject;
  std::string text;
  std::string json;  ///< for the operational webhook
};

/// Tells people, by mail and by the operational webhook, beside what goes on. Each is tried three times; what
/// cannot be told is logged. Owns its thread.
class Notifier {
 public:
  explicit Notifier(const NotifyOptions& options);
  ~Notifier();
  Notifier(const Notifier&) = delete;
  Notifier& operator=(const Notifier&) = delete;

  void tell(Notice notice);
  /// Drops what could not be told yet. Idempotent.
  void stop();

 private:
  void run();
  bool wait_for_notice(Notice& notice);
  void deliver(const Notice& notice);
  template <typename Try>
  void persist(const char* how, Try&& attempt);

  const NotifyOptions& options_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Notice> queue_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace bellwether::publisher
