#include "history.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

#include "event_queue.hpp"
#include "guarantee.hpp"
#include "mirror/arrival.hpp"
#include "scenario.hpp"
#include "sender.hpp"
#include "subscriber.hpp"

namespace bellwether::simulation {

namespace {

using contract::CohortPage;
using std::chrono::seconds;

/// The sender's retries (contract): five more within a minute.
constexpr std::array kBackoff{seconds(2), seconds(4), seconds(8), seconds(16), seconds(30)};
/// So that all tries of a page lie within what the subscriber waits for more.
constexpr Millis kNoAnswerAfter = seconds(4);
/// How long the subscriber holds a session back.
constexpr Millis kHeldFor = mirror::kSenderGivesUpAfter + seconds(1);

class History {
 public:
  History(std::uint64_t seed, const std::string& folder, bool reverts)
      : dice_(seed),
        scenario_(prepare(draw_scenario(dice_), reverts)),
        sender_(scenario_, dice_),
        subscriber_(folder, scenario_.subscriber) {}

  Outcome play() {
    outcome_.scenario_class = class_of(scenario_);
    outcome_.demands_exactness = scenario_.shows_lost_answers();
    try {
      for (int run = 0; run < scenario_.runs && outcome_.right; ++run) {
        play_run();
        if (dice_.chance(scenario_.hand_made)) try_by_hand();
        wait(scenario_.interval);
        if (dice_.chance(scenario_.paused)) pause();
        if (dice_.chance(0.3)) subscriber_.expire_stale_sessions(queue_.now());
      }
    } catch (const std::runtime_error& error) {
      fail(error.what());
    }
    return std::move(outcome_);
  }

 private:
  /// One beginning of a run, as the sender knows it.
  struct Run {
    std::vector<CohortPage> pages;
    std::vector<bool> acknowledged;
    std::size_t next = 0;  ///< the first page that was not sent yet
    int in_flight = 0;
    bool failed = false;
    bool over = false;

    explicit Run(std::vector<CohortPage> all = {}) : pages(std::move(all)), acknowledged(pages.size()) {}
    bool succeeded() const {
      return !failed && std::ranges::all_of(acknowledged, [](bool done) { return done; });
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
    // After a full load that failed in the sender's eyes alone, only another full load makes the mirror right.
    const bool may_forget = std::exchange(last_succeeded_, false);
    if (sender_.reconnects() || (may_forget && dice_.chance(scenario_.reconnected))) reconnect();
    bool succeeded = send_run(sender_.plan_run(queue_.now()));
    while (!succeeded && outcome_.right && dice_.chance(scenario_.restarted)) {
      wait(seconds(dice_.between(1, 200)));
      if (!sender_.reconnects() && dice_.chance(0.5)) sender_.live_on();
      const bool same_id = dice_.chance(scenario_.same_id);
      tell(same_id ? "begins the run again under its id" : "begins the run again under a new id");
      if (!same_id) run_began_ = epoch_ + 1;
      succeeded = send_run(same_id ? sender_.plan_restart(queue_.now()) : sender_.plan_run(queue_.now()));
    }
    run_began_ = ++epoch_;
    if (!succeeded) return;
    sender_.succeed(queue_.now());
    last_succeeded_ = true;
    tell("succeeded in the sender's eyes");
    wait(seconds(5));
    check();
  }

  /// True when the sender saw it succeed.
  bool send_run(std::vector<CohortPage> pages) {
    run_ = Run(std::move(pages));
    ++epoch_;
    if (run_.pages.empty()) return true;  // a sender without empty calls, and nothing changed
    tell(fmt::format("begins {}: {} pages", run_.pages.front().session_id, run_.pages.size()));
    for (std::size_t i = 0; i < run_.pages.size(); ++i)
      tell(fmt::format("  {}: {}", name(run_.pages[i]), run_.pages[i].members_json));
    send_more();
    const Timestamp bound = queue_.now() + std::chrono::minutes(25);
    while (!run_.over && queue_.run_one(bound)) {
    }
    run_.over = true;
    if (run_.succeeded()) return true;
    ++outcome_.failed_runs;
    tell("failed in the sender's eyes");
    return false;
  }

  /// A sync that begins with add_members of everybody can only be told from a difference by a member whose membership is
  /// certain and who has not changed.
  void reconnect() {
    const Membership certain = subscriber_.settled_members();
    const bool told_apart = std::ranges::any_of(sender_.people(), [&](const auto& person) {
      const auto known = certain.find(person.first);
      return known != certain.end() && known->second == person.second;
    });
    if (told_apart) tell("the sync is connected again");
    sender_.reconnect(told_apart);
  }

  /// Somebody tries the endpoint by hand, for another cohort of the project, in either numbering.
  void try_by_hand() {
    CohortPage page;
    page.project_id = "8";
    page.cohort_id = dice_.chance(0.7) ? "99" : "12";
    page.session_id = fmt::format("by-hand-{}", epoch_);
    page.members_json = page.cohort_id == "12" ? "[]" : R"([{"mixpanel_distinct_id":"x"}])";
    const bool over_run = dice_.chance(0.5);
    tell(fmt::format("a call by hand for cohort {}", page.cohort_id));
    for (const auto action : {contract::Action::kAddMembers, contract::Action::kRemoveMembers}) {
      page.action = action;
      page.total_pages = over_run ? 2 : 1;
      page.page_count = over_run && action == contract::Action::kRemoveMembers ? 2 : 1;
      contract::digest_members(page);
      const mirror::Receipt receipt = subscriber_.receive(page, queue_.now());
      if (receipt.track_answer)
        subscriber_.on_acknowledgement(*receipt.track_answer, mirror::Acknowledgement::kDelivered);
      if (receipt.waiting) merge();
    }
  }

  void send_more() {
    while (!run_.failed && run_.in_flight < scenario_.in_flight && run_.next < run_.pages.size()) {
      ++run_.in_flight;
      attempt(run_.next++, 0);
    }
    run_.over = run_.in_flight == 0;
  }

  /// A page on its way: the sender may have begun the run again when it arrives.
  struct Sent {
    CohortPage page;
    std::size_t index;
    std::size_t tries;
    std::uint64_t epoch;  ///< of the beginning that it belongs to
    Timestamp hangs_up;   ///< when the sender closes the connection
  };

  void attempt(std::size_t index, std::size_t tries) {
    Millis way(dice_.between(1, 200));
    if (dice_.chance(scenario_.delayed)) way += seconds(dice_.between(1, 90));
    const auto sent = std::make_shared<const Sent>(
        Sent{run_.pages[index], index, tries, epoch_, queue_.now() + kNoAnswerAfter});
    const double lost =
        tries == 0 ? scenario_.request_lost : std::max(scenario_.retry_lost, request_lost_again());
    if (dice_.chance(lost)) {
      tell(fmt::format("  request {} lost", name(sent->page)));
    } else {
      queue_.after(way, [this, sent] { arrive(sent); });
    }
    if (tries == 0 && dice_.chance(scenario_.duplicated)) {
      queue_.after(way + Millis(dice_.between(0, 30'000)), [this, sent] { arrive(sent); });
    }
    queue_.after(kNoAnswerAfter, [this, sent] {
      if (sent->epoch == epoch_ && !run_.acknowledged[sent->index]) no_answer(*sent);
    });
  }

  /// Where a proxy swallows answers, whether the retries arrive is what the history is about.
  double request_lost_again() const { return scenario_.answer_swallowed > 0 ? 0 : scenario_.request_lost; }

  void no_answer(const Sent& sent) {
    if (sent.tries < kBackoff.size() && !run_.failed) {
      queue_.after(kBackoff[sent.tries], [this, index = sent.index, tries = sent.tries, epoch = sent.epoch] {
        if (epoch == epoch_ && !run_.acknowledged[index]) attempt(index, tries + 1);
      });
      return;
    }
    run_.failed = true;
    --run_.in_flight;
    run_.over = run_.in_flight == 0;
  }

  void acknowledge(std::size_t index) {
    if (run_.acknowledged[index]) return;
    run_.acknowledged[index] = true;
    --run_.in_flight;
    send_more();
  }

  /// A request reaches the subscriber.
  void arrive(const std::shared_ptr<const Sent>& sent) {
    if (sent->epoch < run_began_) return;
    const std::string page = name(sent->page);
    if (dice_.chance(scenario_.killed / 2)) return kill("before it stored " + page);
    const mirror::Receipt receipt = subscriber_.receive(sent->page, queue_.now());
    tell(fmt::format("  {} try {} arrives{}{}", page, sent->tries + 1,
                     receipt.kind == mirror::Receipt::Kind::kStored    ? ""
                     : receipt.kind == mirror::Receipt::Kind::kRefused ? ", refused"
                                                                       : ", again",
                     receipt.applied   ? ", applied"
                     : receipt.waiting ? ", waits"
                                       : ""));
    if (receipt.waiting) queue_.after(Millis(dice_.between(1, 20'000)), [this] { merge(); });
    if (!receipt.applied && !receipt.waiting) queue_.after(kHeldFor, [this] { release(); });
    if (dice_.chance(scenario_.killed / 2)) return kill("before it answered " + page);
    if (receipt.kind == mirror::Receipt::Kind::kRefused)
      return;  // the sender tries again, as without an answer
    answer(*sent, receipt);
  }

  void answer(const Sent& sent, const mirror::Receipt& receipt) {
    const bool swallowed = dice_.chance(scenario_.answer_swallowed);
    const Millis way(dice_.between(1, 200));
    const bool too_late = queue_.now() + way >= sent.hangs_up;
    const bool lost = !swallowed && (too_late || dice_.chance(scenario_.answer_lost));
    if (lost || swallowed) {
      tell(fmt::format("  answer {} {}", name(sent.page), lost ? "lost" : "swallowed"));
    } else {
      queue_.after(way, [this, index = sent.index, epoch = sent.epoch] {
        if (epoch == epoch_) acknowledge(index);
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

  void release() {
    if (merging_) return queue_.after(seconds(1), [this] { release(); });
    if (subscriber_.release_held_sessions(queue_.now())) merge();
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
    if (subscriber_.holds_a_session()) {
      if (scenario_.interval < kHeldFor) return;  // the next run releases it
      wait(kHeldFor + seconds(2));
    }
    const bool strict = scenario_.is_guaranteed();
    const auto fault = check_guarantee(subscriber_, *sender_.expected(), queue_.now(), strict, outcome_);
    if (fault) fail(*fault);
  }

  static std::string name(const CohortPage& page) {
    return fmt::format("{} {} {}/{}", page.session_id, contract::to_string(page.action), page.page_count,
                       page.total_pages);
  }

  Dice dice_;
  const Scenario scenario_;
  EventQueue queue_;
  const Timestamp started_ = queue_.now();
  Sender sender_;
  Subscriber subscriber_;
  Run run_;
  std::uint64_t epoch_ = 0;      ///< counts the beginnings of runs
  std::uint64_t run_began_ = 0;  ///< what belongs to an earlier beginning arrives no more
  bool merging_ = false;
  bool last_succeeded_ = false;
  Outcome outcome_;
};

}  // namespace

Outcome play(std::uint64_t seed, const std::string& folder, bool reverts) {
  return History(seed, folder, reverts).play();
}

}  // namespace bellwether::simulation
