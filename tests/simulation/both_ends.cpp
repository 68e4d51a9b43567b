#include "both_ends.hpp"

#include <map>
#include <optional>
#include <set>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

#include "contract/cohort_sync.hpp"
#include "event_queue.hpp"
#include "guarantee.hpp"
#include "publisher.hpp"
#include "retry_policy/verdict.hpp"
#include "scenario.hpp"
#include "subscriber.hpp"

namespace bellwether::simulation {

namespace {

using contract::CohortPage;
using std::chrono::seconds;

constexpr Millis kNoAnswerAfter = seconds(10);
constexpr Millis kInterval = std::chrono::minutes(30);

/// What the publisher's side adds to a scenario.
struct PublisherScenario {
  Publisher::Faults faults;
  double unavailable = 0;  ///< the subscriber answers 503
  double refused = 0;      ///< it answers 403, until somebody resumes
};

Scenario draw_both(Dice& dice, bool reverts) {
  Scenario scenario = draw_scenario(dice);
  // What our publisher does; other senders' ways have a simulation of their own.
  scenario.numbers = PageNumbers::kOverRun;
  scenario.first_load_as_adds = false;
  scenario.sends_empty_calls = true;
  scenario.adds_updates = false;
  scenario.in_flight = 1;
  scenario.subscriber.reverts = reverts;
  scenario.subscriber.expects_both_actions = true;
  if (scenario.subscriber.numbering == mirror::Numbering::kAction)
    scenario.subscriber.numbering = mirror::Numbering::kRun;
  return scenario;
}

PublisherScenario draw_publisher(Dice& dice) {
  const auto maybe = [&](double often, int most_percent) {
    return dice.chance(often) ? static_cast<double>(dice.between(1, most_percent)) / 100.0 : 0.0;
  };
  return {{maybe(0.7, 8), maybe(0.7, 100)}, maybe(0.4, 30), maybe(0.2, 5)};
}

/// What a strict observer on the wire sees of the publisher.
class WireJudge {
 public:
  /// A value says what is wrong with sending this page now.
  std::optional<std::string> sent(const CohortPage& page) {
    if (page.session_id != session_) {
      if (seen_.contains(page.session_id)) return "pages of two sessions are mixed";
      session_ = page.session_id;
      seen_.insert(session_);
      pages_.clear();
      announced_.clear();
      total_ = page.total_pages;
    }
    if (page.total_pages != total_) return "the number of pages changed";
    const std::string content = contract::encode_cohort_page(page);
    const auto [known, is_new] = pages_.emplace(page.page_count, content);
    if (known->second != content)
      return fmt::format("page {} came again with other content", page.page_count);
    if (!is_new) return std::nullopt;
    if (page.page_count != pages_.size()) return fmt::format("page {} came out of order", page.page_count);
    return announce(page);
  }

 private:
  std::optional<std::string> announce(const CohortPage& page) {
    for (std::size_t at = page.members_json.find(kId); at != std::string::npos;
         at = page.members_json.find(kId, at + 1)) {
      const std::size_t begin = at + kId.size();
      std::string id = page.members_json.substr(begin, page.members_json.find('"', begin) - begin);
      if (!announced_.insert(id).second) return id + " is announced twice in a session";
    }
    return std::nullopt;
  }

  static constexpr std::string_view kId = "\"mixpanel_distinct_id\":\"";
  std::string session_;
  std::set<std::string> seen_;
  std::map<std::uint32_t, std::string> pages_;
  std::set<std::string> announced_;
  std::uint32_t total_ = 0;
};

class BothEnds {
 public:
  BothEnds(std::uint64_t seed, const std::string& folder, bool reverts)
      : dice_(seed),
        scenario_(draw_both(dice_, reverts)),
        faulty_(draw_publisher(dice_)),
        people_(scenario_, dice_),
        publisher_(folder, people_.people(), static_cast<std::uint32_t>(scenario_.page_members),
                   faulty_.faults, dice_),
        subscriber_(folder, scenario_.subscriber) {}

  Outcome play() {
    outcome_.scenario_class = class_of(scenario_);
    outcome_.demands_exactness = scenario_.shows_lost_answers();
    try {
      publisher_.start();
      for (int run = 0; run < scenario_.runs && outcome_.right; ++run) {
        people_.live_on();
        guarded([this] {
          if (publisher_.begin(queue_.now())) tell("a run begins");
          pump();
        });
        wait(kInterval);
        if (dice_.chance(scenario_.paused)) wait(std::chrono::hours(dice_.between(1, 100)));
        if (dice_.chance(0.3)) subscriber_.expire_stale_sessions(queue_.now());
      }
    } catch (const std::runtime_error& error) {
      fail(error.what());
    }
    return std::move(outcome_);
  }

 private:
  void tell(std::string line) {
    const auto since = queue_.now() - started_;
    outcome_.story.push_back(fmt::format("{:>10.1f} s  {}", static_cast<double>(since.count()) / 1000, line));
  }
  void fail(std::string_view why) {
    if (!outcome_.right) return;
    outcome_.right = false;
    outcome_.fault = fmt::format("{}\n{}", why, subscriber_.describe());
  }
  void wait(Millis time) {
    const Timestamp until = queue_.now() + time;
    while (outcome_.right && queue_.run_one(until)) {
    }
  }

  /// What the publisher does can end its process at any write.
  void guarded(const std::function<void()>& work) {
    try {
      work();
    } catch (const Killed& end) {
      ++outcome_.kills;
      tell(fmt::format("the publisher is killed {}", end.when));
      ++attempt_;  // nobody waits for what is on its way
      publisher_.kill();
      const std::uint64_t process = publisher_.process();
      queue_.after(seconds(dice_.between(1, 1200)), [this, process] {
        if (!publisher_.handles(process)) return;
        publisher_.start();
        tell("the publisher starts again");
        guarded([this] { pump(); });
      });
    }
  }

  /// Lets the publisher go on until it waits for something.
  void pump() {
    const auto step = publisher_.next(queue_.now());
    if (!step) return;
    const std::uint64_t process = publisher_.process();
    if (const auto* send = std::get_if<sync::ActiveRun::Send>(&*step)) return transmit(*send->page);
    if (const auto* pause = std::get_if<sync::ActiveRun::Wait>(&*step)) {
      queue_.after(pause->until - queue_.now(), [this, process] {
        if (publisher_.handles(process)) guarded([this] { pump(); });
      });
      return;
    }
    run_ended();
  }

  void run_ended() {
    const sync::Run& run = *publisher_.run();
    if (run.number == told_) return;  // it had ended already when a process started
    told_ = run.number;
    ++epoch_;  // what is still on its way arrives no more
    tell(fmt::format("run {} {}: {}", run.number, sync::to_string(run.end), run.message));
    if (run.end == sync::End::kSucceeded) {
      wait(seconds(5));
      const auto fault = check_guarantee(subscriber_, publisher_.ledger().announced(), queue_.now(),
                                         scenario_.is_guaranteed(), outcome_);
      if (fault) fail(*fault);
      return;
    }
    ++outcome_.failed_runs;
    if (run.end != sync::End::kPaused) return;
    const std::uint64_t process = publisher_.process();
    queue_.after(std::chrono::minutes(dice_.between(1, 5000)), [this, process] {
      if (publisher_.handles(process)) guarded([this] { publisher_.resume(); });
    });
  }

  void transmit(const CohortPage& page) {
    if (const auto fault = judge_.sent(page)) return fail(*fault);
    const std::uint64_t attempt = ++attempt_;
    const std::uint64_t epoch = epoch_;
    Millis way(dice_.between(1, 200));
    if (dice_.chance(scenario_.delayed)) way += seconds(dice_.between(1, 90));
    const Timestamp hangs_up = queue_.now() + kNoAnswerAfter;
    tell(fmt::format("  {} {} {}/{}: {}", page.session_id, contract::to_string(page.action), page.page_count,
                     page.total_pages, page.members_json));
    if (!dice_.chance(request_lost(page)))
      queue_.after(way, [=, this] { arrive(page, attempt, epoch, hangs_up); });
    // Of a copy that the network made nobody waits for the answer.
    if (dice_.chance(scenario_.duplicated))
      queue_.after(way + Millis(dice_.between(0, 30'000)), [=, this] { arrive(page, 0, epoch, hangs_up); });
    queue_.after(kNoAnswerAfter, [this, attempt, action = page.action] {
      if (attempt != attempt_) return;
      take_answer(action,
                  std::unexpected(net::ClientFailure{net::ClientFailure::Kind::kTimeout, "no answer"}));
    });
  }

  /// Where a proxy swallows answers, whether the retries arrive is what the history is about.
  double request_lost(const CohortPage& page) {
    const std::string name = fmt::format("{} {}", page.session_id, page.page_count);
    const bool is_retry = std::exchange(last_sent_, name) == name;
    if (!is_retry) return scenario_.request_lost;
    return scenario_.answer_swallowed > 0 ? scenario_.retry_lost : scenario_.request_lost;
  }

  void take_answer(contract::Action action, const retry_policy::Attempt& answer) {
    ++attempt_;
    const retry_policy::Judgement judgement = retry_policy::judge_page(action, answer, queue_.now());
    guarded([&] {
      publisher_.on_answer(judgement, queue_.now());
      pump();
    });
  }

  /// A request reaches the subscriber. At `hangs_up` the publisher closes the connection that it came by.
  void arrive(const CohortPage& page, std::uint64_t attempt, std::uint64_t epoch, Timestamp hangs_up) {
    if (epoch != epoch_) return;
    if (dice_.chance(faulty_.unavailable)) return refuse(page, attempt, hangs_up, 503);
    if (dice_.chance(faulty_.refused)) return refuse(page, attempt, hangs_up, 403);
    if (dice_.chance(scenario_.killed / 2)) return kill_subscriber("before it stored");
    const auto received = contract::decode_cohort_page(contract::encode_cohort_page(page), {});
    if (!received) return fail("what was sent cannot be read: " + received.error().describe());
    const mirror::Receipt receipt = subscriber_.receive(*received, queue_.now());
    if (receipt.waiting) queue_.after(Millis(dice_.between(1, 20'000)), [this] { merge(); });
    if (dice_.chance(scenario_.killed / 2)) return kill_subscriber("before it answered");
    if (receipt.kind == mirror::Receipt::Kind::kRefused) return refuse(page, attempt, hangs_up, 503);
    const bool lost =
        reply(page, attempt, hangs_up, {.status = 200, .body = contract::encode_success(page.action)});
    if (!receipt.track_answer) return;
    const auto acknowledgement = lost ? mirror::Acknowledgement::kLost : mirror::Acknowledgement::kDelivered;
    queue_.after(Millis(dice_.between(200, 3000)),
                 [this, acknowledgement, ref = *receipt.track_answer, process = subscriber_.process()] {
                   if (subscriber_.handles(process)) subscriber_.on_acknowledgement(ref, acknowledgement);
                 });
  }

  void refuse(const CohortPage& page, std::uint64_t attempt, Timestamp hangs_up, unsigned status) {
    reply(page, attempt, hangs_up,
          {.status = status, .body = contract::encode_failure(page.action, status, "not now")});
  }

  /// True when the subscriber notices that its answer is lost.
  bool reply(const CohortPage& page, std::uint64_t attempt, Timestamp hangs_up, net::ClientResponse answer) {
    const bool swallowed = dice_.chance(scenario_.answer_swallowed);
    const Millis way(dice_.between(1, 200));
    // The publisher that asked may be gone, or have given this attempt up: then its connection is closed.
    const bool nobody = attempt != attempt_ || queue_.now() + way >= hangs_up;
    const bool lost = !swallowed && (nobody || dice_.chance(scenario_.answer_lost));
    tell(fmt::format("  answer {} {}/{} {}", answer.status, page.page_count, page.total_pages,
                     lost        ? "lost"
                     : swallowed ? "swallowed"
                                 : "on its way"));
    if (lost || swallowed) return lost;
    queue_.after(way, [this, attempt, action = page.action, answer = std::move(answer)] {
      if (attempt == attempt_) take_answer(action, answer);
    });
    return false;
  }

  void merge() {
    if (merging_) return;
    merging_ = true;
    std::optional<std::string> killed;
    try {
      subscriber_.merge(queue_.now(), [this] {
        if (dice_.chance(scenario_.killed_merging)) throw Killed{"while it merged"};
      });
    } catch (const Killed& end) {
      killed = end.when;
    }
    merging_ = false;
    if (!killed) return;
    kill_subscriber(*killed);
    queue_.after(Millis(dice_.between(1, 5000)), [this] { merge(); });
  }

  void kill_subscriber(const std::string& when) {
    ++outcome_.kills;
    tell(fmt::format("  the subscriber is killed {}", when));
    subscriber_.start();
  }

  Dice dice_;
  const Scenario scenario_;
  const PublisherScenario faulty_;
  EventQueue queue_;
  const Timestamp started_ = queue_.now();
  Sender people_;
  Publisher publisher_;
  Subscriber subscriber_;
  WireJudge judge_;
  std::uint64_t epoch_ = 0;    ///< of runs: what belongs to an ended one arrives no more
  std::uint64_t attempt_ = 0;  ///< the one that the publisher waits for
  std::uint64_t told_ = 0;
  std::string last_sent_;
  bool merging_ = false;
  Outcome outcome_;
};

}  // namespace

Outcome play_both_ends(std::uint64_t seed, const std::string& folder, bool reverts) {
  return BothEnds(seed, folder, reverts).play();
}

}  // namespace bellwether::simulation
