#pragma once

#include <array>
#include <optional>
#include <type_traits>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/error.hpp>

#include "net/http.hpp"
#include "net/impl/request_reader.hpp"
#include "net/impl/tcp_ack.hpp"
#include "net/impl/watchdog.hpp"
#include "net/impl/wire_clock.hpp"

/// How a connection ends, and what its end tells of the last answer.
namespace bellwether::net::impl {

/// How long a peer may be silent after we closed, and take to acknowledge what it got.
inline constexpr Millis kLinger = std::chrono::seconds(2);
/// How long it may go on sending what nobody reads.
inline constexpr Millis kLongestLinger = std::chrono::seconds(10);

inline bool is_end(const boost::system::error_code& error) {
  return error == boost::asio::error::eof || error == boost::asio::ssl::error::stream_truncated;
}

/// Closes our side, and reads on until the peer closes its own: a peer that is still sending would otherwise be reset
/// and lose the answer. Returns how the reading ended; no error when the peer went on for too long.
template <typename Stream>
boost::asio::awaitable<boost::system::error_code> close_in_order(Stream& stream,
                                                                 boost::asio::ip::tcp::socket& socket,
                                                                 Watchdog& watchdog) {
  watchdog.arm(kLinger);
  if constexpr (!std::is_same_v<Stream, boost::asio::ip::tcp::socket>) {
    [[maybe_unused]] auto [ignored] = co_await stream.async_shutdown(kToTuple);
  }
  boost::system::error_code failed;
  socket.shutdown(boost::asio::ip::tcp::socket::shutdown_send, failed);
  std::array<char, 16384> scratch;
  const auto until = WireClock::now() + kLongestLinger;
  boost::system::error_code error;
  while (!error && !watchdog.timed_out() && WireClock::now() < until) {
    auto [read_error, size] = co_await socket.async_read_some(boost::asio::buffer(scratch), kToTuple);
    error = read_error;
    if (!error && !watchdog.timed_out()) watchdog.arm(kLinger);
  }
  co_return error;
}

/// What became of the last answer on a closed connection; waits a little for the peer to acknowledge it.
inline boost::asio::awaitable<Acknowledgement> await_acknowledgement(boost::asio::ip::tcp::socket& socket) {
  constexpr Millis kLook(5);
  WireTimer pause(socket.get_executor());
  std::optional<Acknowledgement> acknowledgement = acknowledgement_after_close(socket.native_handle());
  for (Millis waited(0); !acknowledgement && waited < kLinger; waited += kLook) {
    pause.expires_after(kLook);
    [[maybe_unused]] auto [ignored] = co_await pause.async_wait(kToTuple);
    acknowledgement = acknowledgement_after_close(socket.native_handle());
  }
  co_return acknowledgement.value_or(Acknowledgement::kLost);
}

}  // namespace bellwether::net::impl
