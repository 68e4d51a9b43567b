#include "demo/demo.hpp"

#include <algorithm>
#include <cstdio>
#include <map>
#include <thread>
#include <tuple>

#include <fmt/chrono.h>
#include <fmt/color.h>
#include <fmt/format.h>

namespace bellwether::demo {

namespace {

constexpr Millis kPoll = std::chrono::milliseconds(100);
constexpr Millis kPatience = std::chrono::seconds(90);
constexpr Millis kHour = std::chrono::hours(1);

void say(const std::string& text) {
  fmt::print("{:%H:%M:%S}  {}\n", fmt::localtime(std::time(nullptr)), text);
  std::fflush(stdout);
}

/// The stage with its shop, and what has been told of it.
class Performance {
 public:
  explicit Performance(const DemoOptions& options)
      : options_(options), shop_(options.seed, Stage::kToken, options.customers) {}

  Result<void> begin() {
    say("starting a publisher and a subscriber");
    auto stage = TRY(Stage::set_up(options_.stage));
    stage_ = std::move(stage);
    Activity history;
    const Timestamp now = system_now();
    // The last whole hour is one in which nobody can buy.
    const Timestamp hour = std::chrono::floor<std::chrono::hours>(now);
    shop_.break_checkout(hour - kHour, hour);
    const auto hours = static_cast<std::int64_t>(options_.history_days * 24);
    for (std::int64_t i = hours; i > 0; --i) shop_.live(hour_++, now - kHour * (i - 1), kHour, history);
    if (auto sent = stage_->send(history); !sent) return sent;
    say(fmt::format("a tea shop with {} customers has a history of {} days: {} events", shop_.customers(),
                    options_.history_days, history.events.size()));
    return stage_->configure_shop();
  }

  /// An hour of the shop's life, all of it now.
  Result<void> live_on() {
    Activity activity;
    shop_.live(hour_++, system_now(), Millis(1), activity);
    return stage_->send(activity);
  }

  /// Tells of runs that have ended since; false when a run that succeeded left the mirror different.
  Result<bool> tell() {
    const auto syncs = TRY(stage_->syncs());
    bool equal = true;
    for (const SyncReport& sync : syncs) {
      auto& told = told_[sync.id];
      for (auto run = sync.runs.rbegin(); run != sync.runs.rend(); ++run) {
        if (run->number <= told) continue;
        told = run->number;
        const bool newest = run->number == sync.runs.front().number;
        const auto compared = tell_run(sync, *run, newest);
        if (!compared) return compared;
        equal = equal && *compared;
      }
    }
    return equal;
  }

  /// Tells of alerts that have come to the subscriber's inbox since.
  Result<void> tell_alerts() {
    const auto alerts = TRY(stage_->inbox());
    for (const AlertReport& alert : alerts) {
      if (alert.id <= told_alert_) continue;
      told_alert_ = alert.id;
      say(fmt::format("{:<17} alert {:>3}  {}: {}   in the inbox", alert.name, alert.id, alert.value,
                      alert.sentence));
    }
    return {};
  }

  Result<void> wait_for_alert() {
    const Timestamp deadline = system_now() + kPatience;
    while (told_alert_ == 0) {
      if (auto told = tell_alerts(); !told) return told;
      if (system_now() > deadline) return fail("the alert did not come in time");
      std::this_thread::sleep_for(kPoll);
    }
    return {};
  }

  /// Runs both syncs and waits until they have ended.
  Result<void> run_all() {
    const auto before = TRY(stage_->syncs());
    for (const SyncReport& sync : before) {
      if (auto begun = stage_->run_now(sync.id); !begun) return begun;
    }
    return wait_for_runs(before);
  }

  Result<void> wait_for_runs(const std::vector<SyncReport>& before) {
    const Timestamp deadline = system_now() + kPatience;
    for (;;) {
      const auto now = TRY(stage_->syncs());
      bool all = true;
      for (std::size_t i = 0; i < now.size(); ++i)
        all = all && newest((now)[i]) > (i < before.size() ? newest(before[i]) : 0);
      if (all) return {};
      if (system_now() > deadline) return fail("the runs did not end in time");
      std::this_thread::sleep_for(kPoll);
    }
  }

  Stage& stage() { return *stage_; }

 private:
  static std::int64_t newest(const SyncReport& sync) {
    return sync.runs.empty() ? 0 : sync.runs.front().number;
  }

  Result<bool> tell_run(const SyncReport& sync, const RunReport& run, bool compares) {
    std::string text = fmt::format("{:<17} run {:>3}  ", sync.cohort, run.number);
    if (run.end != "succeeded") {
      say(text + fmt::format("{}: {}", run.end, run.message));
      return true;
    }
    text += run.full ? fmt::format("full load of {:>5}          ", run.members)
                     : fmt::format("{:>4} entered {:>4} left  {:>5} ", run.entered, run.left, run.members);
    const std::string retries =
        run.attempts > 2 && run.members < 1000 ? fmt::format(", {} attempts", run.attempts) : "";
    text += fmt::format("in {:.1f} s{}", run.seconds, retries);
    if (!compares) {
      say(text);
      return true;
    }
    const auto audited = stage_->audited(run.id);
    const auto mirrored = stage_->mirrored(sync.cohort_id);
    if (!audited) return std::unexpected(audited.error());
    if (!mirrored) return std::unexpected(mirrored.error());
    const bool equal = *audited == *mirrored;
    // The next run may have ended between the two questions: then it is compared when it is told of.
    const bool overtaken = !equal && is_overtaken(sync);
    say(fmt::format("{}   mirror {:>5}  {}", text, mirrored->size(),
                    equal       ? "equal"
                    : overtaken ? "(a newer run is there)"
                                : "DIFFERENT"));
    return equal || overtaken;
  }

  bool is_overtaken(const SyncReport& sync) {
    const auto now = stage_->syncs();
    if (!now) return false;
    const auto found = std::ranges::find(*now, sync.id, &SyncReport::id);
    return found != now->end() && newest(*found) > newest(sync);
  }

  const DemoOptions& options_;
  Shop shop_;
  std::unique_ptr<Stage> stage_;
  std::uint64_t hour_ = 0;
  std::map<std::int64_t, std::int64_t> told_;
  std::int64_t told_alert_ = 0;
};

void tell_addresses(Stage& stage) {
  fmt::print(
      "\n  events come in        {0}/track  /import  /engage   (token {3})\n"
      "  the publisher's API   curl {1}/v1/syncs\n"
      "                        curl {1}/v1/cohorts/1/preview\n"
      "                        curl {1}/v1/reports/1/result\n"
      "  in a browser          {1}/ (reports, alerts, why a metric moved)\n"
      "  the mirror's API      curl {2}/v1/cohorts\n"
      "                        curl {2}/v1/changes\n"
      "                        curl {2}/v1/alerts\n"
      "  in a terminal         bellwether syncs --admin {4}\n"
      "                        bellwether changes --follow --admin {5}\n\n",
      stage.publisher_url(), stage.publisher_admin(), stage.subscriber_admin(), Stage::kToken,
      stage.publisher_admin().substr(7), stage.subscriber_admin().substr(7));
  std::fflush(stdout);
}

/// Tells what ended; fails when the two sides differ.
Result<void> verify(Performance& performance) {
  const auto equal = TRY(performance.tell());
  if (!equal) return fail("the mirror differs from the cohort");
  return {};
}

}  // namespace

Result<void> play(const DemoOptions& options, const std::atomic<bool>& stop) {
  Performance performance(options);
  if (auto begun = performance.begin(); !begun) return begun;
  tell_addresses(performance.stage());
  say("an hour of the shop's life is now a second; Ctrl-C ends it");
  while (!stop) {
    if (auto lived = performance.live_on(); !lived) return lived;
    // A run may end between what is asked of both sides: the next one tells again.
    std::ignore = TRY(performance.tell());
    if (auto told = performance.tell_alerts(); !told) return told;
    for (int i = 0; i < 10 && !stop; ++i) std::this_thread::sleep_for(kPoll);
  }
  return {};
}

Result<void> play_once(const DemoOptions& options) {
  Performance performance(options);
  if (auto begun = performance.begin(); !begun) return begun;
  const auto act = [&](const char* title, auto&& scene) -> Result<void> {
    say(title);
    if (auto done = scene(); !done) return done;
    return verify(performance);
  };
  if (auto done = act("a full load", [&] { return performance.wait_for_runs({}); }); !done) return done;
  if (auto done =
          act("the checkout was broken for an hour: an alert", [&] { return performance.wait_for_alert(); });
      !done) {
    return done;
  }
  if (auto done = act("some hours later: what changed",
                      [&]() -> Result<void> {
                        for (int hour = 0; hour < 6; ++hour) {
                          if (auto lived = performance.live_on(); !lived) return lived;
                        }
                        return performance.run_all();
                      });
      !done) {
    return done;
  }
  const auto recovered = act("the subscriber is down for a while", [&]() -> Result<void> {
    if (auto lived = performance.live_on(); !lived) return lived;
    if (auto stopped = performance.stage().stop_subscriber(); !stopped) return stopped;
    const auto before = TRY(performance.stage().syncs());
    for (const SyncReport& sync : before) {
      if (auto begun = performance.stage().run_now(sync.id); !begun) return begun;
    }
    std::this_thread::sleep_for(std::chrono::seconds(3));
    say("and comes back");
    if (auto started = performance.stage().start_subscriber(); !started) return started;
    return performance.wait_for_runs(before);
  });
  if (recovered) say("the mirror was equal each time");
  return recovered;
}

}  // namespace bellwether::demo
