#include <benchmark/benchmark.h>

#include "contract/cohort_sync.hpp"
#include "contract/member_reader.hpp"
#include "pages.hpp"

/// Decoding a page of 1,000 members: the check at intake, and the reading at merge.
namespace {

std::string body() {
  return bellwether::bench::page_body({.session = "bench"}, bellwether::bench::members_json(0, 1000));
}

void decode_page(benchmark::State& state) {
  const std::string page = body();
  for ([[maybe_unused]] auto run : state) {
    benchmark::DoNotOptimize(bellwether::contract::decode_cohort_page(page, {}));
  }
  state.SetItemsProcessed(state.iterations() * 1000);
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(page.size()));
}
BENCHMARK(decode_page);

void read_members(benchmark::State& state) {
  const std::string members = bellwether::bench::members_json(0, 1000);
  bellwether::contract::MemberReader reader;
  for ([[maybe_unused]] auto run : state) {
    std::size_t bytes = 0;
    reader.read(members,
                [&](const bellwether::contract::Member& member) { bytes += member.properties.size(); });
    benchmark::DoNotOptimize(bytes);
  }
  state.SetItemsProcessed(state.iterations() * 1000);
}
BENCHMARK(read_members);

}  // namespace

BENCHMARK_MAIN();
