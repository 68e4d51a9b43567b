#pragma once

#include <cerrno>
#include <memory>
#include <sstream>
#include <string>
#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/stream_traits.hpp>
#include <boost/beast/http/chunk_encode.hpp>
#include <boost/beast/http/write.hpp>
#include <sys/socket.h>

#include "net/impl/connection.hpp"
#include "net/impl/elsewhere.hpp"
#include "net/impl/http_exchange.hpp"
#include "net/impl/watchdog.hpp"

namespace bellwether::net::impl {

/// Writes one response at a time: whole, or piece by piece when its body is a stream. A part of its connection.
template <typename Stream>
class ResponseWriter {
 public:
  ResponseWriter(Stream& stream, Watchdog& watchdog, const Surroundings& around)
      : stream_(stream), watchdog_(watchdog), around_(around) {}

  /// Keeps an answer, to be written in front of the next or by `flush`. Not for streams.
  void hold(Response& response, bool keep_alive) {
    auto message = make_head<http::string_body>(response, keep_alive);
    message.body() = std::move(response.body);
    message.prepare_payload();
    std::ostringstream text;
    text << message;
    held_ += std::move(text).str();
  }
  std::size_t held_bytes() const { return held_.size(); }

  /// Writes what was held. False when it could not be written.
  boost::asio::awaitable<bool> flush() {
    if (held_.empty()) co_return true;
    const std::string held = std::exchange(held_, {});
    auto [error, size] = co_await boost::asio::async_write(stream_, boost::asio::buffer(held), kToTuple);
    co_return !error;
  }

  /// False when it could not be written to its end. The response's body or stream is used up.
  boost::asio::awaitable<bool> write(Response& response, bool keep_alive, bool head_only) {
    const bool flushed = co_await flush();
    if (!flushed) co_return false;
    if (response.stream) {
      is_streaming_ = true;
      const bool whole = co_await write_stream(response, keep_alive, head_only);
      is_streaming_ = false;
      co_return whole;
    }
    watchdog_.arm(around_.limits.write_timeout);
    if (head_only) {
      auto message = make_head<http::empty_body>(response, keep_alive);
      message.content_length(response.body.size());
      auto [error, size] = co_await http::async_write(stream_, message, kToTuple);
      co_return !error;
    }
    auto message = make_head<http::string_body>(response, keep_alive);
    message.body() = std::move(response.body);
    message.prepare_payload();
    auto [error, size] = co_await http::async_write(stream_, message, kToTuple);
    co_return !error;
  }

  /// On the connection's strand.
  bool is_streaming() const { return is_streaming_; }

 private:
  static constexpr Millis kStreamPause{50};

  struct Piece {
    std::string bytes;
    BodySource::State state = BodySource::State::kBroken;
  };

  boost::asio::awaitable<bool> write_stream(Response& response, bool keep_alive, bool head_only) {
    auto message = make_head<http::empty_body>(response, keep_alive);
    message.chunked(true);
    http::response_serializer<http::empty_body> serializer(message);
    watchdog_.arm(around_.limits.write_timeout);
    auto [error, size] = co_await http::async_write_header(stream_, serializer, kToTuple);
    if (error) co_return false;
    if (head_only) co_return true;
    const std::shared_ptr<BodySource> source = std::move(response.stream);
    WireTimer pause(stream_.get_executor());
    for (;;) {
      const Piece piece = co_await next_piece(source);
      const bool sent = co_await write_chunk(piece.bytes);
      if (!sent || around_.stopping || piece.state == BodySource::State::kBroken) co_return false;
      if (piece.state == BodySource::State::kEnd) break;
      // A source that has more and gives nothing would keep the thread busy for nothing.
      if (piece.state == BodySource::State::kMore && !piece.bytes.empty()) continue;
      pause.expires_after(kStreamPause);
      [[maybe_unused]] auto [waited] = co_await pause.async_wait(kToTuple);
      if (has_hung_up()) co_return false;
    }
    auto [end_error, end_size] =
        co_await boost::asio::async_write(stream_, http::make_chunk_last(), kToTuple);
    co_return !end_error;
  }

  /// Asks the source on another thread, because it may query. Each piece waits for its turn, so that streams
  /// share the threads evenly.
  boost::asio::awaitable<Piece> next_piece(std::shared_ptr<BodySource> source) {
    watchdog_.disarm();
    auto ask = [source = std::move(source)] {
      Piece piece;
      piece.state = source->next(piece.bytes);
      return piece;
    };
    auto piece =
        co_await run_elsewhere(stream_.get_executor(), around_.offload, around_.stopping, std::move(ask));
    co_return piece ? std::move(*piece) : Piece();
  }

  /// Whether the reader of a stream has closed its side: nobody reads on who does.
  bool has_hung_up() {
    char byte = 0;
    const auto peeked =
        recv(boost::beast::get_lowest_layer(stream_).native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return peeked == 0 || (peeked < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
  }

  boost::asio::awaitable<bool> write_chunk(const std::string& chunk) {
    if (chunk.empty()) co_return true;
    watchdog_.arm(around_.limits.write_timeout);
    auto [error, size] =
        co_await boost::asio::async_write(stream_, http::make_chunk(boost::asio::buffer(chunk)), kToTuple);
    co_return !error;
  }

  Stream& stream_;
  Watchdog& watchdog_;
  const Surroundings& around_;
  bool is_streaming_ = false;
  std::string held_;
};

}  // namespace bellwether::net::impl
