#include "events/clickhouse_engine.hpp"

#include <limits>
#include <mutex>
#include <vector>

#include <fmt/format.h>

#include "base/encoding.hpp"
#include "base/error.hpp"
#include "net/gzip.hpp"
#include "net/http_client.hpp"

namespace bellwether::events {

namespace {

/// How much longer than the server we wait, so that its own time-out is told in its own words.
constexpr Millis kGrace = std::chrono::seconds(5);
constexpr std::size_t kErrorBytes = 64UL << 10U;
constexpr std::size_t kIdleConnections = 8;

/// A server that fails behind the first rows has sent 200 already; it ends the body with its exception. What
/// we have seen last is kept back for as long as it could be the beginning of one.
class TailWatch {
 public:
  /// Hands on what can be no exception; false when the reader wants no more.
  bool take(std::string_view piece, const std::function<bool(std::string_view)>& on_piece) {
    tail_ += piece;
    if (tail_.size() <= kKept) return true;
    const std::size_t ready = tail_.size() - kKept;
    const bool goes_on = on_piece(std::string_view(tail_).substr(0, ready));
    tail_.erase(0, ready);
    return goes_on;
  }

  /// The end of the body: an exception, or the last rows.
  std::expected<void, EngineError> finish(const std::function<bool(std::string_view)>& on_piece) {
    const std::size_t at = find_exception();
    if (at != std::string::npos) return std::unexpected(decode_exception(std::string_view(tail_).substr(at)));
    if (!tail_.empty()) on_piece(tail_);
    return {};
  }

 private:
  /// ClickHouse ends with "Code: 395. DB::Exception: …" on a line of its own, or behind its marker.
  std::size_t find_exception() const {
    if (const std::size_t marker = tail_.find("__exception__"); marker != std::string::npos) return marker;
    const std::size_t words = tail_.rfind(". DB::Exception: ");
    if (words == std::string::npos) return std::string::npos;
    const std::size_t code = tail_.rfind("Code: ", words);
    const bool begins_a_line = code != std::string::npos && (code == 0 || tail_[code - 1] == '\n');
    return begins_a_line ? code : std::string::npos;
  }

  static constexpr std::size_t kKept = 16UL << 10U;
  std::string tail_;
};

EngineError to_error(const net::ClientFailure& failure) {
  const bool timeout = failure.kind == net::ClientFailure::Kind::kTimeout;
  return {timeout ? EngineError::Kind::kTimeout : EngineError::Kind::kUnavailable, 0,
          "the event engine does not answer: " + failure.message};
}

EngineError to_error(const net::ClientResponse& response) {
  EngineError error = decode_exception(response.body);
  // A proxy or a server that starts has no code of ClickHouse's.
  if (error.code == 0 && (response.status >= 500 || response.status == 429)) {
    error.kind = EngineError::Kind::kUnavailable;
  }
  if (error.message.empty()) error.message = fmt::format("the event engine answered {}", response.status);
  return error;
}

}  // namespace

struct ClickhouseEngine::Impl {
  explicit Impl(Options given) : options(std::move(given)) {}

  const Options options;
  std::mutex mutex;
  std::vector<net::HttpClient> idle;

  net::HttpClient borrow() {
    const std::scoped_lock lock(mutex);
    if (idle.empty()) return net::HttpClient({.ca_file = options.ca_file});
    net::HttpClient client = std::move(idle.back());
    idle.pop_back();
    return client;
  }

  void give_back(net::HttpClient client) {
    const std::scoped_lock lock(mutex);
    if (idle.size() < kIdleConnections) idle.push_back(std::move(client));
  }

  net::ClientRequest make_request(const Parameters& parameters, std::string_view format,
                                  const QueryOptions& query, bool whole) const {
    const double seconds = std::chrono::duration<double>(query.timeout).count();
    std::string url = fmt::format("{}/?max_execution_time={}&precise_float_parsing=1", options.url, seconds);
    if (whole) url += "&wait_end_of_query=1";  // an exception is then told by the status
    if (!format.empty()) url += "&default_format=" + to_percent_encoding(format);
    if (!query.query_id.empty()) url += "&query_id=" + to_percent_encoding(query.query_id);
    if (options.threads > 0) url += fmt::format("&max_threads={}", options.threads);
    if (options.memory_bytes > 0) url += fmt::format("&max_memory_usage={}", options.memory_bytes);
    if (options.compress) url += "&enable_http_compression=1";
    if (options.cluster) url += "&distributed_foreground_insert=1&distributed_product_mode=global";
    for (const auto& [name, value] : parameters.pairs()) {
      url += "&param_" + to_percent_encoding(name) + "=" + to_percent_encoding(value);
    }
    return {.method = "POST",
            .url = std::move(url),
            .user = options.user,
            .password = options.password,
            .response_bytes = whole ? std::numeric_limits<std::size_t>::max() : kErrorBytes,
            .timeouts = {.first_byte = query.timeout + kGrace, .whole = query.timeout + kGrace},
            .accept_gzip = options.compress};
  }

  std::expected<std::string, EngineError> send(const net::ClientRequest& request) {
    net::HttpClient client = borrow();
    auto response = client.send(request);
    if (!response) return std::unexpected(to_error(response.error()));
    give_back(std::move(client));
    if (response->status != 200) return std::unexpected(to_error(*response));
    return std::move(response->body);
  }
};

ClickhouseEngine::ClickhouseEngine(Options options) : impl_(std::make_unique<Impl>(std::move(options))) {}
ClickhouseEngine::~ClickhouseEngine() = default;

std::expected<std::string, EngineError> ClickhouseEngine::run(std::string_view statement,
                                                              const Parameters& parameters,
                                                              std::string_view format,
                                                              const QueryOptions& options) {
  net::ClientRequest request = impl_->make_request(parameters, format, options, true);
  request.body = statement;
  return impl_->send(request);
}

std::expected<void, EngineError> ClickhouseEngine::stream(
    std::string_view statement, const Parameters& parameters, std::string_view format,
    const QueryOptions& options, const std::function<bool(std::string_view)>& on_piece) {
  net::ClientRequest request = impl_->make_request(parameters, format, options, false);
  request.body = statement;
  TailWatch tail;
  bool wanted = true;
  net::HttpClient client = impl_->borrow();
  const auto response = client.stream(request, [&](std::string_view piece) {
    wanted = tail.take(piece, on_piece);
    return wanted;
  });
  if (!response) return std::unexpected(to_error(response.error()));
  if (!wanted) return {};  // the connection is cut in the middle of a body: not given back
  impl_->give_back(std::move(client));
  if (response->status != 200) return std::unexpected(to_error(*response));
  return tail.finish(on_piece);
}

std::expected<void, EngineError> ClickhouseEngine::insert(std::string_view statement, std::string_view rows,
                                                          const QueryOptions& options) {
  net::ClientRequest request = impl_->make_request({}, "", options, true);
  request.body.reserve(statement.size() + rows.size() + 1);
  request.body.append(statement).append("\n").append(rows);
  if (impl_->options.compress) {
    request.body = net::deflate_gzip(request.body);
    request.headers.push_back({"Content-Encoding", "gzip"});
  }
  TRY(impl_->send(request));
  return {};
}

}  // namespace bellwether::events
