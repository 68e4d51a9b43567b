#pragma once

#include <deque>
#include <mutex>
#include <string>

#include "base/loop.hpp"
#include "net/egress_guard.hpp"
#include "publisher/options.hpp"

namespace bellwether::publisher {

/// Something that needs a person.
struct OperatorMessage {
  std::string to;  ///< an e-mail address; empty: only the operational webhook is told
  std::string subject;
  std::string text;
  std::string json;  ///< for the operational webhook
};

/// Tells people, by mail and by the operational webhook, beside what goes on. Each is tried three times; what
/// cannot be told is logged. Owns its thread.
class OperatorNotifier {
 public:
  explicit OperatorNotifier(const NotifyOptions& options);
  ~OperatorNotifier();
  OperatorNotifier(const OperatorNotifier&) = delete;
  OperatorNotifier& operator=(const OperatorNotifier&) = delete;

  void tell(OperatorMessage message);
  /// Drops what could not be told yet. Idempotent.
  void stop() { loop_.stop(); }

 private:
  Millis deliver_next();
  void deliver(const OperatorMessage& message);
  template <typename Try>
  void persist(const char* how, Try&& attempt);

  const NotifyOptions& options_;
  std::mutex mutex_;
  std::deque<OperatorMessage> queue_;
  Loop loop_;
};

}  // namespace bellwether::publisher
