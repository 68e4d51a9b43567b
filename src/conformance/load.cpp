#include "conformance/load.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <mutex>
#include <thread>

#include <fmt/format.h>

namespace bellwether::conformance {

namespace {

using std::chrono::steady_clock;
constexpr std::uint32_t kRunPages = 10;

/// What all connections write to.
struct Tally {
  std::mutex mutex;
  std::vector<Millis> latencies;
  std::size_t not_taken = 0;
  std::string first_problem;

  void note(contract::Action action, const retry_policy::Attempt& attempt, Millis took) {
    const auto judgement = retry_policy::judge_page(action, attempt, system_now());
    const std::scoped_lock lock(mutex);
    if (judgement.verdict == retry_policy::Verdict::kDelivered) {
      latencies.push_back(took);
    } else if (++not_taken == 1) {
      first_problem = describe(attempt);
    }
  }
};

/// One connection: its share of the pages, each at its time.
void send_pages(const Target& target, const Load& load, std::size_t connection,
                steady_clock::time_point begun, Tally& tally) {
  Probe probe(target);
  // Probes that begin in the same millisecond must not share a cohort.
  const std::string cohort = fmt::format("{}{}", probe.fresh_cohort(), connection);
  const auto step =
      std::chrono::duration<double>(static_cast<double>(load.connections) / load.pages_per_second);
  const auto end = begun + load.duration;
  auto due = begun + std::chrono::duration_cast<steady_clock::duration>(step) * static_cast<int>(connection) /
                         static_cast<int>(load.connections);
  std::string session;
  for (std::uint32_t i = 0; due < end; ++i, due += std::chrono::duration_cast<steady_clock::duration>(step)) {
    std::this_thread::sleep_until(due);
    if (steady_clock::now() >= end) break;
    if (i % kRunPages == 0) session = probe.fresh_session();
    const std::uint32_t count = i % kRunPages + 1;
    Page page = probe.page(contract::Action::kMembers, cohort, session,
                           members(std::size_t{count} * load.members, load.members), count, kRunPages);
    const std::string body = encode(page);
    const auto sent = steady_clock::now();
    const auto attempt = probe.send(Stream::kCohortSync, body);
    tally.note(page.action, attempt, std::chrono::duration_cast<Millis>(steady_clock::now() - sent));
  }
}

}  // namespace

LoadResult run_load(const Target& target, const Load& load) {
  Tally tally;
  const auto begun = steady_clock::now();
  std::vector<std::thread> threads;
  threads.reserve(load.connections);
  for (std::size_t i = 0; i < load.connections; ++i)
    threads.emplace_back([&, i] { send_pages(target, load, i, begun, tally); });
  for (std::thread& thread : threads) thread.join();
  LoadResult result{.taken = tally.latencies.size(),
                    .not_taken = tally.not_taken,
                    .first_problem = tally.first_problem,
                    .seconds = std::chrono::duration<double>(steady_clock::now() - begun).count()};
  result.pages_per_second = static_cast<double>(result.taken) / result.seconds;
  std::ranges::sort(tally.latencies);
  const auto at = [&](double share) {
    if (tally.latencies.empty()) return Millis(0);
    return tally.latencies[static_cast<std::size_t>(share * static_cast<double>(tally.latencies.size() - 1))];
  };
  result.p50 = at(0.5);
  result.p90 = at(0.9);
  result.p99 = at(0.99);
  result.most = at(1);
  return result;
}

bool is_loopback(const std::string& url) {
  const std::size_t scheme = url.find("://");
  if (scheme == std::string::npos) return false;
  const std::string authority = url.substr(scheme + 3, url.find_first_of("/?#", scheme + 3) - scheme - 3);
  if (authority.contains('@')) return false;
  const std::string host = authority.starts_with('[') ? authority.substr(0, authority.find(']') + 1)
                                                      : authority.substr(0, authority.find(':'));
  if (host == "localhost" || host == "[::1]") return true;
  // The whole of 127.0.0.0/8, as four numbers.
  return host.starts_with("127.") && host.find_first_not_of("0123456789.") == std::string::npos &&
         std::ranges::count(host, '.') == 3;
}

}  // namespace bellwether::conformance
