#include <chrono>
#include <stdexcept>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "net/http_client.hpp"
#include "pages.hpp"

/// A bare client over the publisher's HTTP library: posts pages that were made before, one after another, and
/// looks at nothing but the status.
int main(int argc, char** argv) {
  using namespace bellwether;
  std::string url;
  std::uint64_t pages = 1000;
  CLI::App app("A bare client over the publisher's HTTP library");
  app.add_option("--url", url)->required();
  app.add_option("--pages", pages);
  CLI11_PARSE(app, argc, argv);
  constexpr std::uint64_t kMembers = 1000;
  std::vector<net::ClientRequest> requests;
  requests.reserve(pages);
  for (std::uint64_t i = 0; i < pages; ++i) {
    const bench::PageOf page{.action = "members", .session = "bench", .page = i + 1, .total = pages};
    requests.push_back({.method = "POST",
                        .url = url,
                        .headers = {{"Content-Type", "application/json"}},
                        .body = bench::page_body(page, bench::members_json(i * kMembers, kMembers))});
  }
  net::HttpClient client({});
  const auto begun = std::chrono::steady_clock::now();
  for (const net::ClientRequest& request : requests) {
    const auto answer = client.send(request);
    if (!answer || answer->status != 200) throw std::runtime_error("the receiver did not answer 200");
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  fmt::print("{{\"seconds\":{:.4f}}}\n", seconds);
  return 0;
}
