#pragma once

#include <memory>
#include <optional>
#include <utility>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include "net/impl/answer_slot.hpp"
#include "net/impl/client_counts.hpp"
#include "net/impl/connection.hpp"
#include "net/impl/elsewhere.hpp"
#include "net/impl/heavy_gate.hpp"
#include "net/impl/http_exchange.hpp"

/// What a connection asks of the application, and the waiting for it. On the connection's strand.
namespace bellwether::net::impl {

/// Screening that takes long, because a password is stretched, does not hold up the network thread.
inline boost::asio::awaitable<std::optional<Response>> screen_elsewhere(boost::asio::any_io_executor executor,
                                                                        const Surroundings& around,
                                                                        const RequestHead& head) {
  auto work = [&handler = around.handler, copy = head] { return handler.screen(copy); };
  auto screened =
      co_await run_elsewhere(std::move(executor), around.offload, around.stopping, std::move(work));
  if (screened) co_return std::move(*screened);
  const Fault fault = no_room(BodyBudget::Verdict::kFull);
  co_return around.handler.refuse({fault.status, fault.message, &head, {}});
}

/// Hands the request over and waits for its response, which may come from any thread.
inline boost::asio::awaitable<Response> ask(boost::asio::any_io_executor executor, Handler& handler,
                                            Request request, std::optional<HeavyGate::Pass>& pass) {
  const auto slot = std::make_shared<AnswerSlot>(executor);
  handler.handle(std::move(request), Answerer(slot));
  pass.reset();
  while (!slot->response) {
    [[maybe_unused]] auto [cancelled] = co_await slot->signal.async_wait(kToTuple);
  }
  co_return std::move(*slot->response);
}

/// Waits until a large body may be inflated; no pass when this client has too many that wait.
inline boost::asio::awaitable<std::optional<HeavyGate::Pass>> enter_gate(
    boost::asio::any_io_executor executor, HeavyGate& gate, const ClientCounts::Entry& entry) {
  constexpr std::size_t kHeavyOfAClient = 8;  // large compressed bodies that wait or are inflated
  constexpr Millis kPause(20);
  constexpr Millis kLongestWait = std::chrono::seconds(20);
  const auto until = WireClock::now() + kLongestWait;
  WireTimer pause(executor);
  while (entry.place() <= kHeavyOfAClient && WireClock::now() < until) {
    if (auto pass = gate.try_enter()) co_return pass;
    pause.expires_after(kPause);
    [[maybe_unused]] auto [waited] = co_await pause.async_wait(kToTuple);
  }
  co_return std::optional<HeavyGate::Pass>();
}

}  // namespace bellwether::net::impl
