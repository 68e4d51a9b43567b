#include "unit/events/clickhouse_front.hpp"

#include <stdexcept>

#include "base/encoding.hpp"
#include "net/gzip.hpp"
#include "net/url.hpp"

namespace bellwether::testing {

namespace {

/// As the server says it: the number first, the name last.
std::string words_of(const events::EngineError& error) {
  return "Code: " + std::to_string(error.code) + ". DB::Exception: " + error.message + "\n";
}

net::Response exception(const events::EngineError& error) {
  net::Response response;
  response.status = error.kind == events::EngineError::Kind::kTimeout ? 504 : error.code == 62 ? 400 : 500;
  response.content_type = "text/plain";
  response.headers.push_back({"X-ClickHouse-Exception-Code", std::to_string(error.code)});
  response.body = words_of(error);
  return response;
}

}  // namespace

ClickhouseFront::ClickhouseFront(events::Engine& engine, const std::string& user, const std::string& password,
                                 const std::optional<net::TlsFiles>& tls)
    : engine_(engine),
      authorization_("Basic " + to_base64(user + ":" + password)),
      scheme_(tls ? "https://" : "http://") {
  auto server = net::Server::open({.listen = {"127.0.0.1", 0},
                                   .tls = tls,
                                   .limits = {.header_bytes = 1UL << 20U, .body_bytes = 256UL << 20U},
                                   .threads = 10},
                                  *this);
  if (!server) throw std::runtime_error(server.error().message);
  server_ = std::move(*server);
  server_->start();
}

ClickhouseFront::~ClickhouseFront() {
  server_->stop(std::chrono::seconds(5));
}

std::optional<net::Response> ClickhouseFront::screen(const net::RequestHead& head) {
  if (head.header("Authorization") == authorization_) return std::nullopt;
  net::Response response;
  response.status = 403;
  response.body = "Code: 516. DB::Exception: default: Authentication failed. (AUTHENTICATION_FAILED)\n";
  return response;
}

void ClickhouseFront::handle(net::Request request, net::Respond respond) {
  events::Parameters parameters;
  events::QueryOptions options;
  std::string format = "TabSeparated";
  bool whole = false;
  bool compress = false;
  if (request.header("Content-Encoding") == "gzip") ++compressed_requests_;
  for (const auto& [name, value] : net::split_query(request.query).value_or(net::QueryParameters{})) {
    if (name.starts_with("param_")) parameters.add_raw(name.substr(6), value);
    if (name == "default_format") format = value;
    if (name == "max_execution_time")
      options.timeout = Millis(static_cast<std::int64_t>(std::stod(value) * 1000));
    if (name == "wait_end_of_query") whole = value == "1";
    if (name == "enable_http_compression")
      compress = value == "1" && request.header("Accept-Encoding").find("gzip") != std::string_view::npos;
  }
  const auto finish = [&](net::Response answered) {
    if (compress) {
      ++compressed_answers_;
      answered.body = net::deflate_gzip(answered.body);
      answered.headers.push_back({"Content-Encoding", "gzip"});
    }
    respond(std::move(answered));
  };
  net::Response response;
  response.content_type = "text/plain";
  if (whole) {
    auto answer = engine_.run(request.body, parameters, format, options);
    if (!answer) return respond(exception(answer.error()));
    response.body = std::move(*answer);
    return finish(std::move(response));
  }
  // As the server does it: what came before the exception is sent, then its words.
  const auto streamed =
      engine_.stream(request.body, parameters, format, options, [&](std::string_view piece) {
        response.body += piece;
        return response.body.size() < (64UL << 20U);
      });
  if (!streamed && response.body.empty()) return respond(exception(streamed.error()));
  if (!streamed) response.body += "\n" + words_of(streamed.error());
  finish(std::move(response));
}

net::Response ClickhouseFront::refuse(const net::Refusal& refusal) {
  return {.status = refusal.status, .body = refusal.message};
}

}  // namespace bellwether::testing
