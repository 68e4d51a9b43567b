#include "net/http_client.hpp"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <mutex>

#include <curl/curl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/encoding.hpp"

namespace bellwether::net {

namespace {

using std::chrono::steady_clock;

/// Of one answer, with its interim answers and trailers: libcurl bounds neither the latter two nor their sum.
constexpr std::size_t kMaxHeaderBytes = 256UL << 10U;
constexpr std::size_t kMaxHeaderLines = 1000;

void initialise_curl() {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
}

/// One request under way: what libcurl's callbacks write to.
struct Exchange {
  const EgressGuard* guard;
  const ClientRequest& request;
  const std::function<bool(std::string_view)>* on_piece;
  ClientResponse response;
  std::string forbidden;                                ///< why the guard refused
  std::optional<steady_clock::time_point> quiet_since;  ///< once the connection stands
  bool stopped = false;                                 ///< `on_piece` wants no more
  bool silent = false;                                  ///< nothing came for too long
  std::size_t header_bytes = 0;                         ///< of all header lines, trailers and interim answers
  std::size_t header_lines = 0;
  bool flooded = false;  ///< there were more of them than is allowed

  void heard() { quiet_since = steady_clock::now(); }
  /// Whether one more header line of `bytes` is within the limits.
  bool has_room_for_header(std::size_t bytes) {
    header_bytes += bytes;
    flooded = header_bytes > kMaxHeaderBytes || ++header_lines > kMaxHeaderLines;
    return !flooded;
  }
};

IpBytes to_bytes(const sockaddr& address) {
  IpBytes bytes{};
  if (address.sa_family == AF_INET6) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, &address, sizeof v6);
    std::memcpy(bytes.data(), &v6.sin6_addr, bytes.size());
  } else if (address.sa_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &address, sizeof v4);
    bytes[10] = bytes[11] = 0xff;
    std::memcpy(bytes.data() + 12, &v4.sin_addr, 4);
  }
  return bytes;
}

/// The last word before a connection is made, on the address that it will go to.
curl_socket_t open_socket(void* given, curlsocktype, curl_sockaddr* address) {
  auto& exchange = *static_cast<Exchange*>(given);
  if (exchange.guard != nullptr) {
    if (const auto checked = exchange.guard->check_address(to_bytes(address->addr)); !checked) {
      exchange.forbidden = checked.error().message;
      return CURL_SOCKET_BAD;
    }
  }
  return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/// Without waiting for what is under way: the peer's side ends with an error.
int reset_socket(void*, curl_socket_t socket) {
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  setsockopt(socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  return close(socket);
}

/// "HTTP/1.1 200 OK" -> 200
unsigned status_of(std::string_view line) {
  const std::size_t blank = std::min(line.find(' '), line.size());
  return static_cast<unsigned>(parse_integer(line.substr(std::min(blank + 1, line.size()), 3)).value_or(0));
}

/// The connection stands, TLS included.
int begin_request(void* given, char*, char*, int, int) {
  static_cast<Exchange*>(given)->heard();
  return CURL_PREREQFUNC_OK;
}

std::size_t take_header(char* data, std::size_t size, std::size_t count, void* given) {
  auto& exchange = *static_cast<Exchange*>(given);
  exchange.heard();
  if (!exchange.has_room_for_header(size * count)) return 0;
  std::string_view line(data, size * count);
  while (line.ends_with('\n') || line.ends_with('\r')) line.remove_suffix(1);
  if (line.starts_with("HTTP/")) {
    exchange.response.headers.clear();  // of an interim response
    exchange.response.status = status_of(line);
    if (exchange.request.lose_answer) return 0;
  }
  if (const std::size_t colon = line.find(':'); colon != std::string_view::npos) {
    std::string_view value = line.substr(colon + 1);
    value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
    exchange.response.headers.push_back({std::string(line.substr(0, colon)), std::string(value)});
  }
  return size * count;
}

std::size_t take_body(char* data, std::size_t size, std::size_t count, void* given) {
  auto& exchange = *static_cast<Exchange*>(given);
  exchange.heard();
  const std::string_view piece(data, size * count);
  if (exchange.on_piece != nullptr && exchange.response.status == 200) {
    exchange.stopped = !(*exchange.on_piece)(piece);
    return exchange.stopped ? CURL_WRITEFUNC_ERROR : piece.size();
  }
  std::string& body = exchange.response.body;
  const std::size_t room = exchange.request.response_bytes - body.size();
  body += piece.substr(0, room);
  exchange.response.cut = piece.size() > room;
  return exchange.response.cut ? CURL_WRITEFUNC_ERROR : piece.size();
}

int watch(void* given, curl_off_t, curl_off_t, curl_off_t, curl_off_t sent) {
  auto& exchange = *static_cast<Exchange*>(given);
  if (exchange.quiet_since && sent < static_cast<curl_off_t>(exchange.request.body.size())) exchange.heard();
  exchange.silent = exchange.quiet_since &&
                    steady_clock::now() - *exchange.quiet_since > exchange.request.timeouts.first_byte;
  const auto* cancel = exchange.request.cancel;
  return exchange.silent || (cancel != nullptr && *cancel) ? 1 : 0;
}

ClientFailure describe(CURLcode code, const Exchange& exchange, const char* detail) {
  using Kind = ClientFailure::Kind;
  const std::string message = *detail != '\0' ? detail : curl_easy_strerror(code);
  if (!exchange.forbidden.empty()) return {Kind::kForbidden, exchange.forbidden};
  if (exchange.flooded)
    return {Kind::kBroken,
            fmt::format("the peer sent more than {} header and trailer lines, or more than {} KiB of "
                        "them; what it serves is not a usual HTTP answer",
                        kMaxHeaderLines, kMaxHeaderBytes >> 10U)};
  if (exchange.silent) return {Kind::kTimeout, "the peer was silent for too long"};
  // Once the connection stood, "unsupported protocol" means that the peer does not speak HTTP.
  if (exchange.quiet_since && code == CURLE_UNSUPPORTED_PROTOCOL) return {Kind::kBroken, message};
  switch (code) {
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
      return {Kind::kBadUrl, message};
    case CURLE_COULDNT_RESOLVE_HOST:
      return {Kind::kResolve, message};
    case CURLE_COULDNT_CONNECT:
      return {Kind::kConnect, message};
    case CURLE_OPERATION_TIMEDOUT:
      return {Kind::kTimeout, message};
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CACERT_BADFILE:
      return {Kind::kTls, message};
    default:
      return {Kind::kBroken, message};
  }
}

struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using HeaderList = std::unique_ptr<curl_slist, FreeList>;

HeaderList make_headers(const ClientRequest& request) {
  HeaderList list;
  const auto add = [&](const std::string& line) {
    list.reset(curl_slist_append(list.release(), line.c_str()));
  };
  for (const Header& header : request.headers) add(header.name + ": " + header.value);
  add("Expect:");  // one round trip less; bodies are small
  return list;
}

}  // namespace

std::string_view ClientResponse::header(std::string_view name) const {
  return find_header(headers, name);
}

struct HttpClient::Impl {
  explicit Impl(const Options& given) : options(given) {
    initialise_curl();
    handle.reset(curl_easy_init());
  }

  struct CleanUp {
    void operator()(CURL* curl) const { curl_easy_cleanup(curl); }
  };
  Options options;
  std::unique_ptr<CURL, CleanUp> handle;

  void set_up(Exchange& exchange, const curl_slist* headers, char* error) const {
    CURL* curl = handle.get();
    const ClientRequest& request = exchange.request;
    curl_easy_reset(curl);  // keeps open connections
    curl_easy_setopt(curl, CURLOPT_URL, request.url.c_str());
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(curl, CURLOPT_PROXY,
                     "");  // never a proxy from the environment: it would hide the address
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2);
    if (!options.ca_file.empty()) curl_easy_setopt(curl, CURLOPT_CAINFO, options.ca_file.c_str());
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request.method.c_str());
    if (request.method == "HEAD") {
      curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
    } else if (request.method != "GET") {
      constexpr long kUploadBuffer = 512L << 10U;  // a large body in few writes
      curl_easy_setopt(curl, CURLOPT_UPLOAD_BUFFERSIZE, kUploadBuffer);
      curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
      curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request.body.c_str());
    }
    if (request.send_rate > 0)
      curl_easy_setopt(curl, CURLOPT_MAX_SEND_SPEED_LARGE, static_cast<curl_off_t>(request.send_rate));
    if (request.lose_answer) {
      curl_easy_setopt(curl, CURLOPT_FRESH_CONNECT, 1L);
      curl_easy_setopt(curl, CURLOPT_CLOSESOCKETFUNCTION, reset_socket);
    }
    if (request.accept_gzip) curl_easy_setopt(curl, CURLOPT_ACCEPT_ENCODING, "gzip");
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    if (request.user) {
      curl_easy_setopt(curl, CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_BASIC));
      curl_easy_setopt(curl, CURLOPT_USERNAME, request.user->c_str());
      curl_easy_setopt(curl, CURLOPT_PASSWORD, request.password.c_str());
    }
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(request.timeouts.connect.count()));
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(request.timeouts.whole.count()));
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, error);
    set_callbacks(exchange);
  }

  void set_callbacks(Exchange& exchange) const {
    CURL* curl = handle.get();
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, &exchange);
    curl_easy_setopt(curl, CURLOPT_PREREQFUNCTION, begin_request);
    curl_easy_setopt(curl, CURLOPT_PREREQDATA, &exchange);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, &exchange);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &exchange);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, watch);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, &exchange);
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
  }

  std::expected<ClientResponse, ClientFailure> perform(
      const ClientRequest& request, const std::function<bool(std::string_view)>* on_piece) const {
    if (options.guard != nullptr) {
      if (const auto checked = options.guard->check_url(request.url); !checked) {
        return std::unexpected(ClientFailure{ClientFailure::Kind::kForbidden, checked.error().message});
      }
    }
    Exchange exchange{options.guard, request, on_piece, {}, {}, {}};
    std::array<char, CURL_ERROR_SIZE> error{};
    const HeaderList headers = make_headers(request);
    set_up(exchange, headers.get(), error.data());
    const auto begun = steady_clock::now();
    const CURLcode code = curl_easy_perform(handle.get());
    exchange.response.took = std::chrono::duration_cast<Millis>(steady_clock::now() - begun);
    long connections = 0;
    curl_easy_getinfo(handle.get(), CURLINFO_NUM_CONNECTS, &connections);
    exchange.response.reused = connections == 0;
    if (code != CURLE_OK && !exchange.stopped && !exchange.response.cut) {
      if (request.lose_answer && exchange.response.status != 0) return std::move(exchange.response);
      return std::unexpected(describe(code, exchange, error.data()));
    }
    return std::move(exchange.response);
  }
};

HttpClient::HttpClient(const Options& options) : impl_(std::make_unique<Impl>(options)) {}
HttpClient::HttpClient(HttpClient&&) noexcept = default;
HttpClient& HttpClient::operator=(HttpClient&&) noexcept = default;
HttpClient::~HttpClient() = default;

std::expected<ClientResponse, ClientFailure> HttpClient::send(const ClientRequest& request) {
  return impl_->perform(request, nullptr);
}

std::expected<ClientResponse, ClientFailure> HttpClient::stream(
    const ClientRequest& request, const std::function<bool(std::string_view)>& on_piece) {
  return impl_->perform(request, &on_piece);
}

}  // namespace bellwether::net
