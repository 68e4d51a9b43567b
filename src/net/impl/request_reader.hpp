#pragma once

#include <algorithm>
#include <expected>
#include <functional>
#include <optional>
#include <string>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>

#include "net/body_budget.hpp"
#include "net/impl/fault.hpp"
#include "net/impl/head_rules.hpp"
#include "net/impl/http_exchange.hpp"
#include "net/server.hpp"

namespace bellwether::net::impl {

constexpr auto kToTuple = boost::asio::as_tuple(boost::asio::use_awaitable);

/// Why a request could not be read: something to answer, or an error of the connection (closed, reset,
/// cancelled), after which nothing can be.
struct ReadFailure {
  std::optional<Fault> fault = std::nullopt;
  boost::system::error_code error = {};
};

/// Reads requests from one stream, in memory that has a bound whatever the peer sends.
///
/// Its buffer holds a head, or the framing of one chunk, or the trailers, and never grows beyond that. All
/// bytes of a body count, framing and trailers too, and what is kept of it is taken out of the budget as it
/// comes. Knows nothing of time: its owner cancels the stream's operations.
template <typename Stream>
class RequestReader {
 public:
  /// Before it waits for bytes that are not there.
  using BeforeWaiting = std::function<boost::asio::awaitable<void>()>;

  RequestReader(Stream& stream, const ServerLimits& limits, BeforeWaiting before_waiting)
      : stream_(stream),
        limits_(limits),
        buffer_(limits.header_bytes + kBodyPiece),
        framing_limit_(std::max<std::size_t>(kBodyPiece, limits.body_bytes / 8)),
        before_waiting_(std::move(before_waiting)) {}

  /// Whether something of the next request is there already.
  bool has_begun() const { return buffer_.size() > 0; }

  /// What has come and was not parsed.
  std::string_view unread() const {
    const auto bytes = buffer_.data();
    return {static_cast<const char*>(bytes.data()), bytes.size()};
  }

  /// Waits for at least one byte of a next request, holding little meanwhile.
  boost::asio::awaitable<boost::system::error_code> wait() {
    if (buffer_.size() == 0 && buffer_.capacity() > kHeadPiece) buffer_.shrink_to_fit();
    co_return co_await read_some(kHeadPiece);
  }

  /// Reads a whole head, checks it, and gives it to the parser.
  boost::asio::awaitable<std::expected<void, ReadFailure>> read_head(RequestParser& parser) {
    std::size_t seen = 0;
    for (;;) {
      HeadScan scan = scan_head(unread(), seen, limits_.header_bytes);
      if (scan.fault) co_return refuse(std::move(*scan.fault));
      if (scan.size > 0) {
        buffer_.consume(scan.skip);
        co_return take_head(parser, scan.size);
      }
      seen = buffer_.size();
      const boost::system::error_code error = co_await read_some(kHeadPiece);
      if (error) co_return fail_with(error);
    }
  }

  /// Reads the body into the parser's message.
  boost::asio::awaitable<std::expected<void, ReadFailure>> read_body(RequestParser& parser,
                                                                     BodyBudget::Share& share) {
    parser.body_limit(limits_.body_bytes);
    boost::system::error_code error;
    std::size_t raw = 0;
    while (!parser.is_done()) {
      const std::size_t parsed = buffer_.size() > 0 ? parser.put(window(parser), error) : 0;
      buffer_.consume(parsed);
      raw += parsed;
      if (auto wrong = judge(parser, error, raw)) co_return refuse(std::move(*wrong));
      if (parser.is_done()) break;
      if (parsed > 0 && buffer_.size() > 0 && error != http::error::need_more) continue;
      const auto verdict = share.resize(held_by(parser));
      if (verdict != BodyBudget::Verdict::kGranted) co_return refuse(no_room(verdict));
      error = co_await read_some(kBodyPiece);
      if (error) co_return fail_with(error);
    }
    co_return std::expected<void, ReadFailure>{};
  }

 private:
  static constexpr std::size_t kHeadPiece = 16UL << 10U;
  static constexpr std::size_t kBodyPiece = 64UL << 10U;

  boost::asio::awaitable<boost::system::error_code> read_some(std::size_t most) {
    if (before_waiting_) co_await before_waiting_();
    const std::size_t room = buffer_.max_size() - buffer_.size();
    if (room == 0) co_return make_error_code(boost::asio::error::no_buffer_space);
    const auto place = buffer_.prepare(std::min(room, most));
    auto [error, size] = co_await stream_.async_read_some(place, kToTuple);
    buffer_.commit(size);
    co_return error;
  }

  static std::unexpected<ReadFailure> refuse(Fault fault) {
    return std::unexpected(ReadFailure{.fault = std::move(fault)});
  }
  static std::unexpected<ReadFailure> fail_with(boost::system::error_code error) {
    return std::unexpected(ReadFailure{.error = error});
  }

  std::expected<void, ReadFailure> take_head(RequestParser& parser, std::size_t size) {
    if (auto wrong = check_head(unread().substr(0, size))) return refuse(std::move(*wrong));
    parser.header_limit(static_cast<std::uint32_t>(limits_.header_bytes + 1));
    parser.body_limit(boost::none);
    boost::system::error_code error;
    const std::size_t parsed = parser.put(boost::asio::buffer(buffer_.data(), size), error);
    buffer_.consume(parsed);
    if (error && error != http::error::need_more)
      return refuse({400, "this is not HTTP/1.1: " + error.message()});
    return {};
  }

  /// What the parser is shown of the buffer. Of chunks no more than a head may be, so that it never sees a
  /// longer line or longer trailers in one piece.
  boost::asio::const_buffer window(const RequestParser& parser) const {
    const boost::asio::const_buffer all = buffer_.data();
    return parser.chunked() ? boost::asio::buffer(all, limits_.header_bytes) : all;
  }

  /// What is wrong with the body so far, when something is.
  std::optional<Fault> judge(const RequestParser& parser, boost::system::error_code error,
                             std::size_t raw) const {
    if (error == http::error::body_limit) return body_too_large(limits_);
    if (error && error != http::error::need_more)
      return Fault{400, "the body is not valid HTTP/1.1: " + error.message()};
    if (!parser.chunked()) return std::nullopt;
    if (raw - std::min(raw, parser.get().body().size()) > framing_limit_)
      return Fault{413, "the chunks of the body are mostly framing; send larger chunks"};
    // What is left now begins the line of a chunk, or the trailers.
    if (parser.is_done() || error != http::error::need_more) return std::nullopt;
    if (buffer_.size() >= limits_.header_bytes)
      return Fault{400, "a chunk's line or the trailers are larger than a request's headers may be"};
    if (has_stray_line_break(unread())) return Fault{400, "a chunk's line does not end with CR LF"};
    return std::nullopt;
  }

  /// The memory of the message's body. One whose length is known was reserved at once and fills up.
  static std::size_t held_by(const RequestParser& parser) {
    const std::string& body = parser.get().body();
    return parser.chunked() ? body.capacity() : body.size();
  }

  Stream& stream_;
  const ServerLimits& limits_;
  boost::beast::flat_buffer buffer_;
  std::size_t framing_limit_;
  BeforeWaiting before_waiting_;
};

}  // namespace bellwether::net::impl
