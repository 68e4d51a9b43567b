#pragma once

#include <atomic>
#include <exception>
#include <memory>
#include <optional>
#include <utility>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>

#include "base/guarded.hpp"
#include "net/impl/request_reader.hpp"
#include "net/impl/wire_clock.hpp"
#include "net/offload.hpp"

namespace bellwether::net::impl {

/// Where the result of work on another thread arrives on the connection's strand.
template <typename Result>
struct ResultSlot {
  explicit ResultSlot(const boost::asio::any_io_executor& executor) : signal(executor) {}
  WireTimer signal;
  bool is_done = false;
  std::optional<Result> result;
};

/// Runs `work` by `offload` and waits for its result; here when there is no `offload`. Nothing when it threw, when
/// too much waits, or when the server stops before; `work` may run later even then, so it must own what it uses.
template <typename Work, typename Result = std::invoke_result_t<Work>>
boost::asio::awaitable<std::optional<Result>> run_elsewhere(boost::asio::any_io_executor executor,
                                                            const Offload& offload,
                                                            const std::atomic<bool>& stopping, Work work) {
  constexpr Millis kLook(50);
  const auto slot = std::make_shared<ResultSlot<Result>>(executor);
  auto task = [slot, executor, work = std::move(work)]() mutable {
    std::optional<Result> result;
    guarded("a part of a request failed", [&] { result.emplace(work()); });
    boost::asio::post(executor, [slot, given = std::move(result)]() mutable {
      slot->result = std::move(given);
      slot->is_done = true;
      slot->signal.cancel();
    });
  };
  if (!offload) {
    task();
  } else {
    const bool taken = offload(std::move(task));
    if (!taken) co_return std::nullopt;
  }
  while (!slot->is_done && !stopping) {
    slot->signal.expires_after(kLook);
    [[maybe_unused]] auto [cancelled] = co_await slot->signal.async_wait(kToTuple);
  }
  co_return std::move(slot->result);
}

}  // namespace bellwether::net::impl
