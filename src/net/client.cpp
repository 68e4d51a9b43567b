#include "net/client.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>
#include <fmt/format.h>

namespace bellwether::net {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using boost::system::error_code;

/// One connection and one exchange on it. Each step runs the I/O context until it is done or out of time.
class Exchange {
 public:
  explicit Exchange(Millis timeout) : stream_(io_), timeout_(timeout) { parser_.body_limit(boost::none); }

  error_code send(const Address& server, const std::string& target, const std::vector<Header>& first,
                  const std::vector<Header>& second) {
    stream_.expires_after(timeout_);
    stream_.async_connect({asio::ip::make_address(server.ip), server.port},
                          [this](error_code error) { error_ = error; });
    if (wait()) return error_;
    http::request<http::empty_body> request(http::verb::get, target, 11);
    request.set(http::field::host, server.to_string());
    request.keep_alive(false);
    for (const auto* headers : {&first, &second}) {
      for (const Header& header : *headers) request.set(header.name, header.value);
    }
    http::async_write(stream_, request, [this](error_code error, std::size_t) { error_ = error; });
    if (wait()) return error_;
    http::async_read_header(stream_, buffer_, parser_,
                            [this](error_code error, std::size_t) { error_ = error; });
    return wait();
  }

  unsigned status() const { return parser_.get().result_int(); }
  bool done() const { return parser_.is_done(); }

  /// The next piece of the body.
  error_code read_some(std::string& piece) {
    piece.resize(kPiece);
    parser_.get().body() = {piece.data(), piece.size(), true};
    stream_.expires_after(timeout_);
    http::async_read_some(stream_, buffer_, parser_,
                          [this](error_code error, std::size_t) { error_ = error; });
    error_ = wait();
    piece.resize(kPiece - parser_.get().body().size);
    return error_ == http::error::need_buffer ? error_code{} : error_;
  }

 private:
  static constexpr std::size_t kPiece = 65536;

  error_code wait() {
    io_.restart();
    io_.run();
    return error_;
  }

  asio::io_context io_{1};
  beast::tcp_stream stream_;
  Millis timeout_;
  beast::flat_buffer buffer_;
  http::response_parser<http::buffer_body> parser_;
  error_code error_;
};

/// Splits what comes into lines.
class LineSplitter {
 public:
  /// False when `on_line` wants no more.
  bool take(std::string_view piece, const std::function<bool(std::string_view)>& on_line) {
    pending_ += piece;
    std::size_t from = 0;
    for (std::size_t end = pending_.find('\n'); end != std::string::npos; end = pending_.find('\n', from)) {
      if (!on_line(std::string_view(pending_).substr(from, end - from))) return false;
      from = end + 1;
    }
    pending_.erase(0, from);
    return true;
  }

 private:
  std::string pending_;
};

std::unexpected<Error> unreachable(const Address& server, const error_code& error) {
  return fail(fmt::format("cannot read from {}: {} (is the subscriber running there?)", server.to_string(),
                          error.message()));
}

}  // namespace

Result<ClientResponse> Client::get(const std::string& target) const {
  Exchange exchange(timeout_);
  if (const auto error = exchange.send(server_, target, headers_, {})) return unreachable(server_, error);
  ClientResponse response{exchange.status(), {}};
  std::string piece;
  while (!exchange.done()) {
    if (const auto error = exchange.read_some(piece)) return unreachable(server_, error);
    response.body += piece;
  }
  return response;
}

Result<ClientResponse> Client::stream(const std::string& target, const std::vector<Header>& headers,
                                      const std::function<bool(std::string_view)>& on_line) const {
  Exchange exchange(timeout_);
  if (const auto error = exchange.send(server_, target, headers_, headers))
    return unreachable(server_, error);
  ClientResponse response{exchange.status(), {}};
  LineSplitter lines;
  std::string piece;
  while (!exchange.done()) {
    if (const auto error = exchange.read_some(piece)) return unreachable(server_, error);
    if (response.status != 200) {
      response.body += piece;
    } else if (!lines.take(piece, on_line)) {
      break;
    }
  }
  return response;
}

}  // namespace bellwether::net
