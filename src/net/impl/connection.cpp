#include "net/impl/connection.hpp"

#include <atomic>
#include <new>
#include <utility>
#include <vector>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "base/log.hpp"
#include "net/client_address.hpp"
#include "net/impl/application_call.hpp"
#include "net/impl/closing.hpp"
#include "net/impl/http_exchange.hpp"
#include "net/impl/remote_ip.hpp"
#include "net/impl/request_reader.hpp"
#include "net/impl/response_writer.hpp"
#include "net/impl/watchdog.hpp"
#include "net/impl/wire_clock.hpp"

namespace bellwether::net::impl {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::string_view kNoBody;
/// What a body may inflate to without passing the gate; it takes a network thread some milliseconds.
constexpr std::size_t kQuickBytes = 1UL << 20U;
/// Of answers to one that sends on.
constexpr std::size_t kMostHeld = 64UL << 10U;

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
        watchdog_(stream_.get_executor(), [this] { cancel(); }),
        writer_(stream_, watchdog_, around_),
        reader_(stream_, around_.limits, before_waiting()),
        peer_(remote_ip(this->socket())),
        client_(client_key(peer_, around_.trusted_proxies)) {}

  void start(std::function<void()> on_end) override {
    watchdog_.belong_to(this->weak_from_this());
    asio::co_spawn(
        stream_.get_executor(), [self = this->shared_from_this()] { return self->run(); },
        [self = this->shared_from_this(), ended = std::move(on_end)](const std::exception_ptr& failed) {
          if (failed) log::error("a connection ended by an exception", {{"peer", self->peer_}});
          self->acknowledge(Acknowledgement::kLost);
          ended();
        });
  }

  void turn_away(std::string_view answer) override {
    error_code ignored;
    socket().non_blocking(true, ignored);
    socket().write_some(asio::buffer(answer), ignored);
  }

  void finish_soon() override {
    asio::post(stream_.get_executor(), [self = this->shared_from_this()] {
      if (self->phase_ == Phase::kIdle || self->writer_.is_streaming()) self->cancel();
    });
  }

  void abort() override {
    asio::post(stream_.get_executor(), [self = this->shared_from_this()] {
      error_code ignored;
      self->socket().close(ignored);
      self->watchdog_.disarm();
    });
  }

  void give_way() override {
    giving_way_ = true;
    asio::post(stream_.get_executor(), [self = this->shared_from_this()] {
      // An answer that is not acknowledged yet is closed in order, which tells whether it arrived.
      if (self->phase_ == Phase::kIdle && !self->unacknowledged_.empty()) return self->cancel();
      error_code ignored;
      if (self->phase_ != Phase::kAnswering) self->socket().close(ignored);
    });
  }

  Standing standing() const override {
    const auto since = WireClock::now().time_since_epoch() - phase_since_.load();
    return {client_, giving_way_ ? Phase::kLeaving : phase_.load(), since};
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

  void enter(Phase phase) {
    phase_ = phase;
    phase_since_ = WireClock::now().time_since_epoch();
  }

  asio::awaitable<void> run() {
    error_code unknown;
    socket().set_option(tcp::no_delay(true), unknown);
    const bool open = co_await handshake();
    if (!open) co_return;
    for (bool more = true; more;) more = co_await serve_one();
    watchdog_.disarm();
  }

  asio::awaitable<bool> handshake() {
    if constexpr (kIsTls) {
      watchdog_.arm(around_.limits.header_timeout);
      auto [error] = co_await stream_.async_handshake(asio::ssl::stream_base::server, kToTuple);
      co_return !error;
    }
    co_return true;
  }

  /// One request and its response; false when the connection is closed. Whatever goes wrong within it,
  /// running out of memory too, ends this request and no other.
  asio::awaitable<bool> serve_one() {
    head_only_ = false;
    answering_ = false;
    pass_.reset();
    const bool begun = co_await await_request();
    if (!begun) co_return false;
    std::optional<Fault> fault;
    try {
      co_return co_await serve_begun();
    } catch (const std::bad_alloc&) {
      fault.emplace(503U, "there is no memory for this request now; try again later");
    } catch (const std::exception& error) {
      log::error("a request failed", {{"error", error.what()}});
      fault.emplace(500U, "this request failed in a way that was not foreseen; the log has more");
    }
    if (!answering_) co_await refuse(*fault, nullptr, kNoBody);
    co_return false;
  }

  asio::awaitable<bool> serve_begun() {
    enter(Phase::kHead);
    RequestParser parser;
    watchdog_.arm(around_.limits.header_timeout);
    const auto head_read = co_await reader_.read_head(parser);
    if (!head_read) {
      co_await refuse_unread(head_read.error(), "the headers took too long to come", nullptr, kNoBody);
      co_return false;
    }
    Request request{impl::read_head(parser), {}};
    request.peer = client_address(peer_, request.headers, around_.trusted_proxies);
    const std::string client = client_key(request.peer, around_.trusted_proxies);
    // Clients that connect themselves are counted by their connections.
    std::optional<ClientCounts::Entry> proxied;
    if (request.peer != peer_) proxied.emplace(around_.proxied, client);
    head_only_ = request.method == "HEAD";
    keep_alive_ = parser.keep_alive() && ++served_ < around_.limits.requests_per_connection;
    if (proxied && !client.empty() && proxied->place() > around_.limits.connections_per_client) {
      const Fault fault = no_room(BodyBudget::Verdict::kClientFull);
      co_await refuse(fault, &request, kNoBody);
      co_return false;
    }
    auto early = co_await screen(request);
    if (early) co_return co_await answer_early(parser, std::move(*early));
    BodyBudget::Share share(around_.bodies, client);
    enter(Phase::kBody);
    const bool whole = co_await read_body(parser, request, share);
    if (!whole) co_return false;
    enter(Phase::kAnswering);
    watchdog_.disarm();
    Response response = co_await ask(stream_.get_executor(), around_.handler, std::move(request), pass_);
    share.resize(0);
    co_return co_await finish(std::move(response));
  }

  /// Waits for a request's first byte, which also tells that the answers before have arrived.
  asio::awaitable<bool> await_request() {
    if (reader_.has_begun()) co_return true;  // sent before the last answer: tells nothing
    if (around_.stopping || giving_way_) {
      co_await close();
      co_return false;
    }
    enter(Phase::kIdle);
    watchdog_.arm(around_.limits.idle_timeout);
    const error_code error = co_await reader_.wait();
    if (!error) {
      if (peer_was_silent_) acknowledge(Acknowledgement::kDelivered);
      co_return true;
    }
    if (is_end(error)) {
      co_await acknowledge_after_close();
    } else if (error == asio::error::operation_aborted) {
      co_await close();  // idle for too long, or the server stops
    } else {
      acknowledge(Acknowledgement::kLost);
    }
    co_return false;
  }

  /// Answers a request that could not be read, if its sender is still there.
  asio::awaitable<void> refuse_unread(const ReadFailure& failure, std::string_view late,
                                      const RequestHead* head, std::string_view body) {
    if (!failure.fault && !watchdog_.timed_out()) co_return;
    const Fault fault = failure.fault.value_or(Fault{408, std::string(late)});
    co_await refuse(fault, head, body);
  }

  asio::awaitable<std::optional<Response>> screen(const RequestHead& head) {
    if (!around_.handler.screens_slowly(head)) co_return around_.handler.screen(head);
    enter(Phase::kAnswering);
    watchdog_.disarm();
    co_return co_await screen_elsewhere(stream_.get_executor(), around_, head);
  }

  asio::awaitable<bool> answer_early(const RequestParser& parser, Response response) {
    const auto length = parser.content_length();
    const bool has_body = parser.chunked() || (length && *length > 0);
    if (has_body) keep_alive_ = false;
    co_return co_await finish(std::move(response));
  }

  /// Reads the body into `request`; false when the request was refused or the peer is gone.
  asio::awaitable<bool> read_body(RequestParser& parser, Request& request, BodyBudget::Share& share) {
    if (const auto length = parser.content_length(); length && *length > around_.limits.body_bytes) {
      const Fault fault = body_too_large(around_.limits);
      co_await refuse(fault, &request, reader_.unread());
      co_return false;
    }
    watchdog_.arm(around_.limits.body_timeout);
    const bool goes_on = co_await continue_if_expected(request);
    if (!goes_on) co_return false;
    const auto read = co_await reader_.read_body(parser, share);
    request.body = std::move(parser.get().body());
    if (!read) {
      co_await refuse_unread(read.error(), "the body took too long to come", &request, request.body);
      co_return false;
    }
    auto decoded = decode_body(request, request.body, kQuickBytes, around_.limits, share);
    if (!decoded && decoded.error().status == 0) {
      enter(Phase::kAnswering);
      const ClientCounts::Entry entry(around_.heavy, client_key(request.peer, around_.trusted_proxies));
      auto pass = co_await enter_gate(stream_.get_executor(), around_.gate, entry);
      if (pass) pass_.emplace(std::move(*pass));
      decoded = pass_
                    ? decode_body(request, request.body, around_.limits.inflated_bytes, around_.limits, share)
                    : std::unexpected(no_room(BodyBudget::Verdict::kClientFull));
    }
    if (!decoded) {
      co_await refuse(decoded.error(), &request, request.body);
      co_return false;
    }
    co_return true;
  }

  asio::awaitable<bool> continue_if_expected(const RequestHead& head) {
    if (head.header("Expect").empty()) co_return true;  // what else it may be, the head's rules have refused
    static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
    auto [error, size] = co_await asio::async_write(stream_, asio::buffer(kContinue), kToTuple);
    co_return !error;
  }

  asio::awaitable<void> refuse(const Fault& fault, const RequestHead* head, std::string_view body) {
    keep_alive_ = false;
    enter(Phase::kAnswering);
    Response response = around_.handler.refuse({fault.status, fault.message, head, body});
    co_await finish(std::move(response));
  }

  std::function<asio::awaitable<void>()> before_waiting() {
    if (!around_.handler.takes_unread()) return nullptr;
    return [this] { return write_held(); };
  }

  /// Held answers are written when nothing more is there to read.
  asio::awaitable<void> write_held() {
    error_code unknown;
    if (writer_.held_bytes() == 0 || socket().available(unknown) > 0) co_return;
    peer_has_gone_ = !co_await writer_.flush() || peer_has_gone_;
  }

  bool is_more_there() {
    error_code unknown;
    return reader_.has_begun() || socket().available(unknown) > 0;
  }

  bool may_hold(const Response& response) {
    return keep_alive_ && !head_only_ && !response.stream && !response.on_acknowledgement &&
           around_.handler.takes_unread() && writer_.held_bytes() < kMostHeld && is_more_there();
  }

  /// Writes the response, and closes unless the connection is kept.
  asio::awaitable<bool> finish(Response response) {
    if (around_.stopping || giving_way_) keep_alive_ = false;
    if (!peer_has_gone_ && may_hold(response)) {
      writer_.hold(response, keep_alive_);
      co_return true;
    }
    answering_ = true;
    auto on_acknowledgement = std::move(response.on_acknowledgement);
    const bool written = !peer_has_gone_ && co_await writer_.write(response, keep_alive_, head_only_);
    if (on_acknowledgement) unacknowledged_.push_back(std::move(on_acknowledgement));
    if (!written) {
      acknowledge(Acknowledgement::kLost);
      peer_has_gone_ = true;
      co_return keep_alive_ && !watchdog_.timed_out() && around_.handler.takes_unread();
    }
    if (!keep_alive_) {
      co_await close();
      co_return false;
    }
    error_code unknown;
    peer_was_silent_ = unacknowledged_.empty() || (!reader_.has_begun() && socket().available(unknown) == 0);
    co_return true;
  }

  asio::awaitable<void> close() {
    enter(Phase::kClosing);
    [[maybe_unused]] const bool written = co_await writer_.flush();
    const error_code error = co_await close_in_order(stream_, socket(), watchdog_);
    if (error && !is_end(error) && error != asio::error::operation_aborted) {
      acknowledge(Acknowledgement::kLost);
    } else {
      co_await acknowledge_after_close();
    }
  }

  asio::awaitable<void> acknowledge_after_close() {
    if (unacknowledged_.empty()) co_return;
    const Acknowledgement acknowledgement = co_await await_acknowledgement(socket());
    acknowledge(acknowledgement);
  }

  void acknowledge(Acknowledgement acknowledgement) {
    for (auto& tell : unacknowledged_) tell(acknowledgement);
    unacknowledged_.clear();
  }

  const Surroundings around_;
  const std::shared_ptr<asio::ssl::context> tls_;  ///< kept for as long as the stream uses it
  Stream stream_;
  Watchdog watchdog_;
  ResponseWriter<Stream> writer_;
  RequestReader<Stream> reader_;
  const std::string peer_;
  const std::string client_;  ///< as limits for one client count it
  std::atomic<Phase> phase_ = kIsTls ? Phase::kOpening : Phase::kIdle;
  std::atomic<WireClock::duration> phase_since_ = WireClock::now().time_since_epoch();
  std::atomic<bool> giving_way_ = false;
  std::vector<std::move_only_function<void(Acknowledgement)>>
      unacknowledged_;  ///< of the answers written, oldest first
  std::size_t served_ = 0;
  bool keep_alive_ = true;
  bool head_only_ = false;
  std::optional<HeavyGate::Pass> pass_;
  bool answering_ =
      false;  ///< a part of an answer may be written: another answer would be taken for its rest
  bool peer_has_gone_ =
      false;  ///< an answer could not be written: what it sent before is read still, where that is wanted
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
