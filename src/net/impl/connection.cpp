#include "net/impl/connection.hpp"

#include <array>
#include <atomic>
#include <new>
#include <utility>
#include <vector>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/chunk_encode.hpp>
#include <boost/beast/http/write.hpp>

#include "base/log.hpp"
#include "net/client_address.hpp"
#include "net/impl/delivery.hpp"
#include "net/impl/http_exchange.hpp"
#include "net/impl/request_reader.hpp"
#include "net/impl/wire_clock.hpp"

namespace bellwether::net::impl {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

/// How long a peer may be silent after we closed, and take to acknowledge what it got.
constexpr Millis kLinger = std::chrono::seconds(2);
/// How long it may go on sending what nobody reads.
constexpr Millis kLongestLinger = std::chrono::seconds(10);
constexpr Millis kStreamPause(50);
constexpr std::string_view kNoBody;
/// What a body may inflate to without passing the gate; it takes a network thread some milliseconds.
constexpr std::size_t kQuickBytes = 1UL << 20U;
/// Large compressed bodies of one client that wait or are inflated.
constexpr std::size_t kHeavyOfAClient = 8;
constexpr Millis kGatePause(20);
constexpr Millis kLongestWait = std::chrono::seconds(20);

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
        watchdog_(stream_.get_executor()),
        reader_(stream_, around_.limits),
        peer_(peer_of(this->socket())),
        client_(client_key(peer_, around_.trusted_proxies)) {}

  void start(std::function<void()> on_end) override {
    asio::co_spawn(
        stream_.get_executor(), [self = this->shared_from_this()] { return self->run(); },
        [self = this->shared_from_this(), ended = std::move(on_end)](const std::exception_ptr& failed) {
          if (failed) log::error("a connection ended by an exception", {{"peer", self->peer_}});
          self->settle(Fate::kLost);
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
      if (self->phase_ == Phase::kIdle) self->cancel();
    });
  }

  void give_way() override {
    giving_way_ = true;
    asio::post(stream_.get_executor(), [self = this->shared_from_this()] {
      // An answer whose fate is open is closed in the orderly way, which tells it.
      if (self->phase_ == Phase::kIdle && !self->fates_.empty()) return self->cancel();
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

  static std::string peer_of(const tcp::socket& socket) {
    error_code unknown;
    const auto endpoint = socket.remote_endpoint(unknown);
    return unknown ? std::string() : endpoint.address().to_string();
  }

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
    arm(around_.limits.header_timeout);
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
    if (auto early = around_.handler.screen(request))
      co_return co_await answer_early(parser, std::move(*early));
    BodyBudget::Share share(around_.bodies, client);
    enter(Phase::kBody);
    const bool whole = co_await read_body(parser, request, share);
    if (!whole) co_return false;
    enter(Phase::kAnswering);
    Response response = co_await ask(std::move(request));
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
    arm(around_.limits.idle_timeout);
    const error_code error = co_await reader_.wait();
    if (!error) {
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

  /// Answers a request that could not be read, if its sender is still there.
  asio::awaitable<void> refuse_unread(const ReadFailure& failure, std::string_view late,
                                      const RequestHead* head, std::string_view body) {
    if (!failure.fault && !timed_out_) co_return;
    const Fault fault = failure.fault.value_or(Fault{408, std::string(late)});
    co_await refuse(fault, head, body);
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
    arm(around_.limits.body_timeout);
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
      auto pass = co_await enter_gate(entry);
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

  /// Waits until a large body may be inflated; no pass when this client has too many that wait.
  asio::awaitable<std::optional<HeavyGate::Pass>> enter_gate(const ClientCounts::Entry& entry) {
    const auto until = WireClock::now() + kLongestWait;
    WireTimer pause(stream_.get_executor());
    while (entry.place() <= kHeavyOfAClient && WireClock::now() < until) {
      if (auto pass = around_.gate.try_enter()) co_return pass;
      pause.expires_after(kGatePause);
      [[maybe_unused]] auto [waited] = co_await pause.async_wait(kToTuple);
    }
    co_return std::optional<HeavyGate::Pass>();
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

  /// Where the application's response arrives. Dropped without one, it answers for the application.
  struct Slot {
    explicit Slot(const asio::any_io_executor& executor) : signal(executor, WireTimer::time_point::max()) {}
    WireTimer signal;
    std::optional<Response> response;
  };
  class Answerer {
   public:
    explicit Answerer(std::shared_ptr<Slot> slot) : slot_(std::move(slot)) {}
    Answerer(Answerer&&) noexcept = default;
    Answerer& operator=(Answerer&&) = delete;
    ~Answerer() {
      if (slot_) give(unanswered());
    }
    void operator()(Response response) { give(std::move(response)); }

   private:
    static Response unanswered() {
      Response response;
      response.status = 500;
      response.content_type.clear();
      return response;
    }
    void give(Response response) {
      const auto slot = std::exchange(slot_, nullptr);
      asio::post(slot->signal.get_executor(), [slot, given = std::move(response)]() mutable {
        slot->response = std::move(given);
        slot->signal.cancel();
      });
    }
    std::shared_ptr<Slot> slot_;
  };

  /// Hands the request to the application and waits for its response, which may come from any thread.
  asio::awaitable<Response> ask(Request request) {
    disarm();
    const auto slot = std::make_shared<Slot>(stream_.get_executor());
    around_.handler.handle(std::move(request), Answerer(slot));
    pass_.reset();
    while (!slot->response) {
      [[maybe_unused]] auto [cancelled] = co_await slot->signal.async_wait(kToTuple);
    }
    co_return std::move(*slot->response);
  }

  /// Writes the response, and closes unless the connection is kept.
  asio::awaitable<bool> finish(Response response) {
    if (around_.stopping || giving_way_) keep_alive_ = false;
    answering_ = true;
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
    peer_was_silent_ = fates_.empty() || (!reader_.has_begun() && socket().available(unknown) == 0);
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
    WireTimer pause(stream_.get_executor());
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
    enter(Phase::kClosing);
    arm(kLinger);
    if constexpr (kIsTls) {
      [[maybe_unused]] auto [ignored] = co_await stream_.async_shutdown(kToTuple);
    }
    error_code failed;
    socket().shutdown(tcp::socket::shutdown_send, failed);
    std::array<char, 16384> scratch;
    const auto until = WireClock::now() + kLongestLinger;
    error_code error;
    while (!error && !timed_out_ && WireClock::now() < until) {
      auto [read_error, size] = co_await socket().async_read_some(asio::buffer(scratch), kToTuple);
      error = read_error;
      if (!error && !timed_out_) arm(kLinger);
    }
    if (error && !is_end(error) && error != asio::error::operation_aborted) {
      settle(Fate::kLost);
    } else {
      co_await settle_after_close();
    }
  }

  asio::awaitable<void> settle_after_close() {
    if (fates_.empty()) co_return;
    WireTimer pause(stream_.get_executor());
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

  const Surroundings around_;
  const std::shared_ptr<asio::ssl::context> tls_;  ///< kept for as long as the stream uses it
  Stream stream_;
  WireTimer watchdog_;
  RequestReader<Stream> reader_;
  const std::string peer_;
  const std::string client_;  ///< as limits for one client count it
  std::atomic<Phase> phase_ = kIsTls ? Phase::kOpening : Phase::kIdle;
  std::atomic<WireClock::duration> phase_since_ = WireClock::now().time_since_epoch();
  std::atomic<bool> giving_way_ = false;
  std::vector<std::move_only_function<void(Fate)>> fates_;  ///< of the answers written, oldest first
  std::size_t served_ = 0;
  std::uint64_t armed_ = 0;
  bool keep_alive_ = true;
  bool head_only_ = false;
  std::optional<HeavyGate::Pass> pass_;
  bool answering_ =
      false;  ///< something of an answer may be written: another one would be taken for a part of it
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
