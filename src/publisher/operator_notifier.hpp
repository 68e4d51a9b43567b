#pragma once

#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/loop.hpp"
#include "publisher/options.hpp"

namespace bellwether::publisher {

/// Something that needs a person.
struct OperatorMessage {
  std::string to;  ///< an e-mail address; empty: only the operational webhook is told
  std::string subject;
  std::string text;
  std::string json;  ///< for the operational webhook
};

/// One way to tell people.
struct OperatorChannel {
  std::string name;  ///< in logs
  std::function<bool(const OperatorMessage&)> takes;
  std::function<Result<void>(const OperatorMessage&)> send;
};

/// Mail and the operational webhook, those that are configured. The options outlive the channels.
std::vector<OperatorChannel> operator_channels(const NotifyOptions& options);

/// Tells people by all channels, beside what goes on. Each is tried three times; what cannot be told is logged. Owns
/// its thread.
class OperatorNotifier {
 public:
  explicit OperatorNotifier(std::vector<OperatorChannel> channels);
  ~OperatorNotifier();
  OperatorNotifier(const OperatorNotifier&) = delete;
  OperatorNotifier& operator=(const OperatorNotifier&) = delete;

  /// Any thread.
  void tell(OperatorMessage message);
  /// Drops what could not be told yet. Idempotent.
  void stop() { loop_.stop(); }

 private:
  Millis deliver_next();
  void persist(const OperatorChannel& channel, const OperatorMessage& message);

  const std::vector<OperatorChannel> channels_;
  std::mutex mutex_;
  std::deque<OperatorMessage> queue_;
  Loop loop_;
};

}  // namespace bellwether::publisher
