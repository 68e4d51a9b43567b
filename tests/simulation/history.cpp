#include "history.hpp"

#include <algorithm>
#include <optional>
#include <stdexcept>

#include <fmt/format.h>

#include "event_queue.hpp"
#include "guarantee.hpp"
#include "scenario.hpp"
#include "sender.hpp"
#include "subscriber.hpp"

namespace bellwether::simulation {

namespace {

using contract::CohortPage;
using std::chrono::seconds;

/// The sender's retries (contract): five more within a minute.
constexpr std::array kBackoff{seconds(2), seconds(4), seconds(8), seconds(16), seconds(30)};
constexpr Millis kNoAnswerAfter = seconds(10);

class History {
 public:
  History(std::uint64_t seed, const std::string& folder, bool reverts)
      : dice_(seed),
        scenario_(prepare(draw_scenario(dice_), reverts)),
        sender_(scenario_, dice_),
        subscriber_(folder, scenario_.subscriber) {}

  Outcome play() {
    try {
      for (int run = 0; run < scenario_.runs && outcome_.right; ++run) {
        play_run();
        wait(std::chrono::minutes(30));
        if (dice_.chance(scenario_.paused)) pause();
        if (dice_.chance(0.3)) subscriber_.expire_stale_sessions(queue_.now());
      }
    } catch (const std::runtime_error& error) {
      fail(error.what());
    }
    return std::move(outcome_);
  }

 private:
  /// One run of the sync, as the sender knows it.
  struct Run {
    std::vector<CohortPage> pages;
    std::vector<bool> acknowledged;
    std::size_t next = 0;  ///< the first page that was not sent yet
    int in_flight = 0;
    bool failed = false;
    bool over = false;

    bool succeeded() const {
      return std::ranges::all_of(acknowledged, [](bool done) { return done; });
    }
  };

  static Scenario prepare(Scenario scenario, bool reverts) {
    scenario.subscriber.reverts = reverts;
    return scenario;
  }

  void tell(std::string line) {
    const auto since = queue_.now() - started_;
    outcome_.story.push_back(fmt::format("{:>10.1f} s  {}", static_cast<double>(since.count()) / 1000, line));
  }

  void fail(std::string_view why) {
    outcome_.right = false;
    outcome_.fault = fmt::format("{}\n{}", why, subscriber_.describe());
  }

  void wait(Millis time) {
    const Timestamp until = queue_.now() + time;
    while (queue_.run_one(until)) {
    }
  }

  void pause() {
    const auto hours = dice_.between(1, 100);
    tell(fmt::format("paused for {} h", hours));
    wait(std::chrono::hours(hours));
  }

  void play_run() {
    sender_.live_on();
    run_ = Run{};
    run_.pages = sender_.plan_run(queue_.now());
    run_.acknowledged.resize(run_.pages.size());
    if (run_.pages.empty()) {
      sender_.succeed(queue_.now());  // a sender without empty calls, and nothing changed
      return;
    }
    tell(fmt::format("begins {}: {} pages", run_.pages.front().session_id, run_.pages.size()));
    for (std::size_t i = 0; i < run_.pages.size(); ++i)
      tell(fmt::format("  {}: {}", name(i), run_.pages[i].members_json));
    send_more();
    const Timestamp bound = queue_.now() + std::chrono::minutes(25);
    while (!run_.over && queue_.run_one(bound)) {
    }
    run_.over = true;
    ++epoch_;  // what is still on its way arrives no more
    if (!run_.failed && run_.succeeded()) {
      sender_.succeed(queue_.now());
      tell("succeeded in the sender's eyes");
      wait(seconds(5));
      check();
    } else {
      ++outcome_.failed_runs;
      tell("failed in the sender's eyes");
    }
  }

  void send_more() {
    while (!run_.failed && run_.in_flight < scenario_.in_flight && run_.next < run_.pages.size()) {
      ++run_.in_flight;
      attempt(run_.next++, 0);
    }
    run_.over = run_.in_flight == 0;
  }

  void attempt(std::size_t page, std::size_t tries) {
    Millis way(dice_.between(1, 200));
    if (dice_.chance(scenario_.delayed)) way += seconds(dice_.between(1, 90));
    const std::uint64_t epoch = epoch_;
    const Timestamp hangs_up = queue_.now() + kNoAnswerAfter;
    if (dice_.chance(scenario_.request_lost)) {
      tell(fmt::format("  request {} lost", name(page)));
    } else {
      queue_.after(way, [=, this] { arrive(page, tries, epoch, hangs_up); });
    }
    if (dice_.chance(scenario_.duplicated)) {
      queue_.after(way + Millis(dice_.between(0, 30'000)),
                   [=, this] { arrive(page, tries, epoch, hangs_up); });
    }
    queue_.after(kNoAnswerAfter, [=, this] {
      if (epoch == epoch_ && !run_.acknowledged[page]) no_answer(page, tries);
    });
  }

  void no_answer(std::size_t page, std::size_t tries) {
    if (tries < kBackoff.size() && !run_.failed) {
      const std::uint64_t epoch = epoch_;
      queue_.after(kBackoff[tries], [=, this] {
        if (epoch != epoch_) return;
        if (run_.acknowledged[page]) return;
        attempt(page, tries + 1);
      });
      return;
    }
    run_.failed = true;
    --run_.in_flight;
    run_.over = run_.in_flight == 0;
  }

  void acknowledge(std::size_t page) {
    if (run_.acknowledged[page]) return;
    run_.acknowledged[page] = true;
    --run_.in_flight;
    send_more();
  }

  /// A request reaches the subscriber. At `hangs_up` the sender closes the connection that it came by.
  void arrive(std::size_t page, std::size_t tries, std::uint64_t epoch, Timestamp hangs_up) {
    if (epoch != epoch_) return;
    if (dice_.chance(scenario_.killed / 2)) return kill("before it stored " + name(page));
    const mirror::Receipt receipt = subscriber_.receive(run_.pages[page], queue_.now());
    tell(fmt::format("  {} try {} arrives{}{}", name(page), tries + 1,
                     receipt.kind == mirror::Receipt::Kind::kStored ? "" : ", again or too late",
                     receipt.applied   ? ", applied"
                     : receipt.waiting ? ", waits"
                                       : ""));
    if (receipt.waiting) queue_.after(Millis(dice_.between(1, 20'000)), [this] { merge(); });
    if (dice_.chance(scenario_.killed / 2)) return kill("before it answered " + name(page));
    answer(page, epoch, hangs_up, receipt);
  }

  void answer(std::size_t page, std::uint64_t epoch, Timestamp hangs_up, const mirror::Receipt& receipt) {
    const bool swallowed = dice_.chance(scenario_.answer_swallowed);
    const Millis way(dice_.between(1, 200));
    const bool too_late = queue_.now() + way >= hangs_up;
    const bool lost = !swallowed && (too_late || dice_.chance(scenario_.answer_lost));
    if (lost || swallowed) {
      tell(fmt::format("  answer {} {}", name(page), lost ? "lost" : "swallowed"));
    } else {
      queue_.after(way, [=, this] {
        if (epoch == epoch_) acknowledge(page);
      });
    }
    if (!receipt.track_answer) return;
    // The connection tells a little later, unless the process is gone by then.
    const auto acknowledgement = lost ? mirror::Acknowledgement::kLost : mirror::Acknowledgement::kDelivered;
    queue_.after(way + Millis(dice_.between(0, 3000)),
                 [this, acknowledgement, ref = *receipt.track_answer, process = subscriber_.process()] {
                   if (subscriber_.handles(process)) subscriber_.on_acknowledgement(ref, acknowledgement);
                 });
  }

  void merge() {
    if (merging_) return;  // one process has one merger, and it goes on until nothing waits
    merging_ = true;
    std::optional<std::string> killed;
    try {
      subscriber_.merge(queue_.now(), [this] { between_merge_steps(); });
    } catch (const Killed& end) {
      killed = end.when;
    }
    merging_ = false;
    if (!killed) return;
    kill(*killed);
    queue_.after(Millis(dice_.between(1, 5000)), [this] { merge(); });
  }

  /// Pages go on arriving meanwhile.
  void between_merge_steps() {
    if (dice_.chance(scenario_.killed_merging)) throw Killed{"while it merged"};
    if (dice_.chance(0.3)) queue_.run_one(queue_.now() + Millis(200));
  }

  void kill(const std::string& when) {
    if (merging_) throw Killed{when};
    ++outcome_.kills;
    tell(fmt::format("  killed {}", when));
    subscriber_.start();
  }

  void check() {
    const auto fault = check_guarantee(subscriber_, *sender_.snapshot(), queue_.now(), outcome_);
    if (fault) fail(*fault);
  }

  std::string name(std::size_t page) const {
    const CohortPage& sent = run_.pages[page];
    return fmt::format("{} {} {}/{}", sent.session_id, contract::to_string(sent.action), sent.page_count,
                       sent.total_pages);
  }

  Dice dice_;
  const Scenario scenario_;
  EventQueue queue_;
  const Timestamp started_ = queue_.now();
  Sender sender_;
  Subscriber subscriber_;
  Run run_;
  std::uint64_t epoch_ = 0;
  bool merging_ = false;
  Outcome outcome_;
};

}  // namespace

Outcome play(std::uint64_t seed, const std::string& folder, bool reverts) {
  return History(seed, folder, reverts).play();
}

}  // namespace bellwether::simulation
