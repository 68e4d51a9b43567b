#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>

#include "mirror/merger.hpp"
#include "mirror/mirror.hpp"
#include "sender.hpp"

namespace bellwether::simulation {

/// Thrown through the mirror's code at a transaction to end the process there.
struct Killed {
  std::string when;
};

/// The mirror's production code over a real database file, and a process that can be killed.
class Subscriber {
 public:
  Subscriber(const std::string& folder, const mirror::Options& options);

  /// A new process on the same file.
  void start();
  bool handles(std::uint64_t process) const { return process == processes_; }
  std::uint64_t process() const { return processes_; }

  mirror::Receipt receive(const contract::CohortPage& page, Timestamp now);
  void on_acknowledgement(const mirror::AnswerRef& ref, mirror::Acknowledgement answer);
  /// Merges what waits; `at_transaction` is called before each transaction and may throw Killed.
  void merge(Timestamp now, const std::function<void()>& at_transaction);
  void expire_stale_sessions(Timestamp now);
  /// True when something waits for the merger now.
  bool release_held_sessions(Timestamp now);
  bool holds_a_session();

  Membership members();
  std::set<std::string> doubts();
  /// Members that no unsettled session changed or is about to change.
  Membership settled_members();
  /// The feed from its beginning, applied to nothing. Throws std::runtime_error when it is not what a
  /// consumer can act on: a gap, an entry of someone who is there, a leave of someone who is not.
  std::set<std::string> replay_feed();
  std::string describe();

 private:
  void commit(const std::function<void(storage::Database&)>& work);

  const std::string path_;
  const mirror::Mirror mirror_;
  std::uint64_t processes_ = 0;
  std::unique_ptr<storage::Database> writer_;
  std::unique_ptr<storage::Database> reader_;
};

/// Makes the empty database that every history starts from.
void make_template(const std::string& path);

}  // namespace bellwether::simulation
