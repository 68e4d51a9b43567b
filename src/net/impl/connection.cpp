#include "net/impl/connection.hpp"

#include <array>
#include <vector>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/chunk_encode.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>

#include "net/impl/delivery.hpp"
#include "net/impl/http_exchange.hpp"

namespace bellwether::net::impl {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;
using boost::system::error_code;

constexpr auto kToTuple = asio::as_tuple(asio::use_awaitable);
/// How long a peer may take to close after we did, and to acknowledge what it got.
constexpr Millis kLinger = std::chrono::seconds(2);
constexpr Millis kStreamPause(50);

using PlainStream = tcp::socket;
using TlsStream = asio::ssl::stream<tcp::socket>;

template <typename Stream>
class HttpConnection final : public Connection, public std::enable_shared_from_this<HttpConnection<Stream>> {
 public:
  template <typename... Extra>
  HttpConnection(const Surroundings& around, tcp::socket socket, std::shared_ptr<asio::ssl::context> tls,
                 Extra&... extra)
      : around_(around),
        tls_(std::move(tls)),
        stream_(std::move(socket), extra...),
        watchdog_(stream_.get_executor()) {}

  void start(std::function<void()> on_end) override {
    asio::co_spawn(
        stream_.get_executor(), [self = this->shared_from_this()] { return self->run(); },
        [self = this->shared_from_this(), ended = std::move(on_end)](const std::exception_ptr&) {
          self->settle(Fate::kLost);
          ended();
        });
  }

  void finish_soon() override {
    asio::post(stream_.get_executor(), [self = this->shared_from_this()] {
      if (self->idle_) self->cancel();
    });
  }

 private:
  static constexpr bool kIsTls = std::is_same_v<Stream, TlsStream>;

  tcp::socket& socket() {
    if constexpr (kIsTls) {
      return stream_.next_layer();
    } else {
      return stream_;
    }
  }

  void cancel() {
    error_code ignored;
    socket().cancel(ignored);
  }

  /// Cancels what the connection is doing when `time` is over, unless armed again before.
  void arm(Millis time) {
    timed_out_ = false;
    watchdog_.expires_after(time);
    // One that has expired already and waits for its turn must not hit what is armed now.
    watchdog_.async_wait([weak = this->weak_from_this(), armed = ++armed_](const error_code& aborted) {
      const auto self = weak.lock();
      if (aborted || !self || self->armed_ != armed) return;
      self->timed_out_ = true;
      self->cancel();
    });
  }

  void disarm() {
    ++armed_;
    watchdog_.cancel();
  }

  asio::awaitable<void> run() {
    error_code unknown;
    const auto endpoint = socket().remote_endpoint(unknown);
    if (!unknown) peer_ = endpoint.address().to_string();
    socket().set_option(tcp::no_delay(true), unknown);
    const bool open = co_await handshake();
    if (!open) co_return;
    for (bool more = true; more;) more = co_await serve_one();
    disarm();
  }

  asio::awaitable<bool> handshake() {
    if constexpr (kIsTls) {
      arm(around_.limits.header_timeout);
      auto [error] = co_await stream_.async_handshake(asio::ssl::stream_base::server, kToTuple);
      co_return !error;
    }
    co_return true;
  }

  /// One request and its response; false when the connection is closed.
  asio::awaitable<bool> serve_one() {
    const bool begun = co_await await_request();
    if (!begun) co_return false;
    RequestParser parser;
    parser.header_limit(static_cast<std::uint32_t>(around_.limits.header_bytes));
    parser.body_limit(boost::none);
    arm(around_.limits.header_timeout);
    auto [error, size] = co_await http::async_read_header(stream_, buffer_, parser, kToTuple);
    if (error) {
      co_await refuse_head(error);
      co_return false;
    }
    Request request{read_head(parser, peer_), {}};
    head_only_ = request.method == "HEAD";
    keep_alive_ = parser.keep_alive() && ++served_ < around_.limits.requests_per_connection;
    if (auto early = around_.handler.screen(request))
      co_return co_await answer_early(parser, std::move(*early));
    const bool whole = co_await read_body(parser, request);
    if (!whole) co_return false;
    Response response = co_await ask(std::move(request));
    co_return co_await finish(std::move(response));
  }

  /// Waits for a request's first byte, which also tells that the answers before have arrived.
  asio::awaitable<bool> await_request() {
    if (buffer_.size() > 0) co_return true;  // sent before the last answer: tells nothing
    if (around_.stopping) {
      co_await close();
      co_return false;
    }
    idle_ = true;
    arm(around_.limits.idle_timeout);
    auto [error, size] = co_await stream_.async_read_some(buffer_.prepare(kFirstRead), kToTuple);
    idle_ = false;
    if (!error) {
      buffer_.commit(size);
      if (peer_was_silent_) settle(Fate::kDelivered);
      co_return true;
    }
    if (is_end(error)) {
      co_await settle_after_close();
    } else if (error == asio::error::operation_aborted) {
      co_await close();  // idle for too long, or the server stops
    } else {
      settle(Fate::kLost);
    }
    co_return false;
  }

  static bool is_end(const error_code& error) {
    return error == asio::error::eof || error == asio::ssl::error::stream_truncated;
  }

  asio::awaitable<void> refuse_head(error_code error) {
    const bool broken =
        error == http::error::end_of_stream || error == http::error::partial_message ||
        (error.category() != make_error_code(http::error::bad_value).category() && !timed_out_);
    if (broken) co_return;
    const Fault fault = timed_out_ ? Fault{408, "the headers took too long to come"}
                                   : describe_broken_head(error, around_.limits);
    co_await refuse(fault, nullptr, {});
  }

  asio::awaitable<bool> answer_early(const RequestParser& parser, Response response) {
    const auto length = parser.content_length();
    const bool has_body = parser.chunked() || (length && *length > 0);
    if (has_body) keep_alive_ = false;
    co_return co_await finish(std::move(response));
  }

  /// Reads the body into `request`; false when the request was refused or the peer is gone.
  asio::awaitable<bool> read_body(RequestParser& parser, Request& request) {
    const std::size_t limit = around_.limits.body_bytes;
    if (const auto length = parser.content_length(); length && *length > limit) {
      const auto begun = buffer_.data();
      co_await refuse(body_too_large(around_.limits), &request,
                      {static_cast<const char*>(begun.data()), begun.size()});
      co_return false;
    }
    parser.body_limit(limit);
    arm(around_.limits.body_timeout);
    const bool goes_on = co_await continue_if_expected(request);
    if (!goes_on) co_return false;
    auto [error, size] = co_await http::async_read(stream_, buffer_, parser, kToTuple);
    request.body = std::move(parser.get().body());
    if (error) {
      co_await refuse_body(error, request);
      co_return false;
    }
    if (const auto decoded = decode_body(request, request.body, around_.limits); !decoded) {
      co_await refuse(decoded.error(), &request, request.body);
      co_return false;
    }
    co_return true;
  }

  asio::awaitable<bool> continue_if_expected(const RequestHead& head) {
    if (head.header("Expect") != "100-continue") co_return true;
    static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
    auto [error, size] = co_await asio::async_write(stream_, asio::buffer(kContinue), kToTuple);
    co_return !error;
  }

  asio::awaitable<void> refuse_body(error_code error, const Request& request) {
    if (error == http::error::body_limit) {
      co_await refuse(body_too_large(around_.limits), &request, request.body);
    } else if (timed_out_) {
      co_await refuse({408, "the body took too long to come"}, &request, request.body);
    } else if (error != http::error::partial_message &&
               error.category() == make_error_code(http::error::bad_value).category()) {
      co_await refuse({400, "the body is not valid HTTP/1.1: " + error.message()}, &request, request.body);
    }
  }

  asio::awaitable<void> refuse(Fault fault, const RequestHead* head, std::string_view body) {
    keep_alive_ = false;
    Response response = around_.handler.refuse({fault.status, std::move(fault.message), head, body});
    co_await finish(std::move(response));
  }

  /// Hands the request to the application and waits for its response, which may come from any thread.
  asio::awaitable<Response> ask(Request request) {
    disarm();
    struct Slot {
      explicit Slot(const asio::any_io_executor& executor)
          : signal(executor, asio::steady_timer::time_point::max()) {}
      asio::steady_timer signal;
      std::optional<Response> response;
    };
    const auto slot = std::make_shared<Slot>(stream_.get_executor());
    around_.handler.handle(std::move(request), [slot](Response response) {
      asio::post(slot->signal.get_executor(), [slot, given = std::move(response)]() mutable {
        slot->response = std::move(given);
        slot->signal.cancel();
      });
    });
    while (!slot->response) {
      [[maybe_unused]] auto [cancelled] = co_await slot->signal.async_wait(kToTuple);
    }
    co_return std::move(*slot->response);
  }

  /// Writes the response, and closes unless the connection is kept.
  asio::awaitable<bool> finish(Response response) {
    if (around_.stopping) keep_alive_ = false;
    auto on_fate = std::move(response.on_fate);
    const bool written = response.stream ? co_await write_stream(response) : co_await write_whole(response);
    if (on_fate) fates_.push_back(std::move(on_fate));
    if (!written) {
      settle(Fate::kLost);
      co_return false;
    }
    if (!keep_alive_) {
      co_await close();
      co_return false;
    }
    error_code unknown;
    peer_was_silent_ = fates_.empty() || (buffer_.size() == 0 && socket().available(unknown) == 0);
    co_return true;
  }

  asio::awaitable<bool> write_whole(Response& response) {
    arm(around_.limits.write_timeout);
    if (head_only_) {
      auto message = make_head<http::empty_body>(response, keep_alive_);
      message.content_length(response.body.size());
      auto [error, size] = co_await http::async_write(stream_, message, kToTuple);
      co_return !error;
    }
    auto message = make_head<http::string_body>(response, keep_alive_);
    message.body() = std::move(response.body);
    message.prepare_payload();
    auto [error, size] = co_await http::async_write(stream_, message, kToTuple);
    co_return !error;
  }

  asio::awaitable<bool> write_stream(Response& response) {
    auto message = make_head<http::empty_body>(response, keep_alive_);
    message.chunked(true);
    http::response_serializer<http::empty_body> serializer(message);
    arm(around_.limits.write_timeout);
    auto [error, size] = co_await http::async_write_header(stream_, serializer, kToTuple);
    if (error) co_return false;
    if (head_only_) co_return true;
    asio::steady_timer pause(stream_.get_executor());
    for (;;) {
      std::string chunk;
      const BodySource::State state = response.stream->next(chunk);
      const bool sent = co_await write_chunk(chunk);
      if (!sent || around_.stopping || state == BodySource::State::kBroken) co_return false;
      if (state == BodySource::State::kEnd) break;
      if (state == BodySource::State::kMore) continue;
      pause.expires_after(kStreamPause);
      [[maybe_unused]] auto [waited] = co_await pause.async_wait(kToTuple);
    }
    auto [end_error, end_size] = co_await asio::async_write(stream_, http::make_chunk_last(), kToTuple);
    co_return !end_error;
  }

  asio::awaitable<bool> write_chunk(const std::string& chunk) {
    if (chunk.empty()) co_return true;
    arm(around_.limits.write_timeout);
    auto [error, size] = co_await asio::async_write(stream_, http::make_chunk(asio::buffer(chunk)), kToTuple);
    co_return !error;
  }

  /// Closes our side, and reads on until the peer closes its own: a peer that is still sending would
  /// otherwise be reset and lose the answer.
  asio::awaitable<void> close() {
    arm(kLinger);
    if constexpr (kIsTls) {
      [[maybe_unused]] auto [ignored] = co_await stream_.async_shutdown(kToTuple);
    }
    error_code failed;
    socket().shutdown(tcp::socket::shutdown_send, failed);
    std::array<char, 16384> scratch;
    std::size_t drained = 0;
    error_code error;
    while (!error && !timed_out_ && drained <= 2 * around_.limits.body_bytes) {
      auto [read_error, size] = co_await socket().async_read_some(asio::buffer(scratch), kToTuple);
      error = read_error;
      drained += size;
    }
    if (error && !is_end(error) && error != asio::error::operation_aborted) {
      settle(Fate::kLost);
    } else {
      co_await settle_after_close();
    }
  }

  asio::awaitable<void> settle_after_close() {
    if (fates_.empty()) co_return;
    asio::steady_timer pause(stream_.get_executor());
    std::optional<Fate> fate = fate_after_close(socket().native_handle());
    for (Millis waited(0); !fate && waited < kLinger; waited += Millis(5)) {
      pause.expires_after(Millis(5));
      [[maybe_unused]] auto [ignored] = co_await pause.async_wait(kToTuple);
      fate = fate_after_close(socket().native_handle());
    }
    settle(fate.value_or(Fate::kLost));
  }

  void settle(Fate fate) {
    for (auto& tell : fates_) tell(fate);
    fates_.clear();
  }

  static constexpr std::size_t kFirstRead = 16384;

  const Surroundings around_;
  const std::shared_ptr<asio::ssl::context> tls_;  ///< kept for as long as the stream uses it
  Stream stream_;
  asio::steady_timer watchdog_;
  beast::flat_buffer buffer_;
  std::string peer_;
  std::vector<std::move_only_function<void(Fate)>> fates_;  ///< of the answers written, oldest first
  std::size_t served_ = 0;
  std::uint64_t armed_ = 0;
  bool keep_alive_ = true;
  bool head_only_ = false;
  bool idle_ = false;
  bool timed_out_ = false;
  bool peer_was_silent_ = true;  ///< nothing had come when the last answer was written
};

}  // namespace

std::shared_ptr<Connection> make_plain_connection(tcp::socket socket, const Surroundings& around) {
  return std::make_shared<HttpConnection<PlainStream>>(around, std::move(socket), nullptr);
}

std::shared_ptr<Connection> make_tls_connection(tcp::socket socket, const Surroundings& around,
                                                std::shared_ptr<asio::ssl::context> tls) {
  asio::ssl::context& context = *tls;
  return std::make_shared<HttpConnection<TlsStream>>(around, std::move(socket), std::move(tls), context);
}

}  // namespace bellwether::net::impl
