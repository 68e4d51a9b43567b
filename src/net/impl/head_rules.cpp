#include "net/impl/head_rules.hpp"

#include <algorithm>
#include <ranges>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/encoding.hpp"
#include "net/http.hpp"

namespace bellwether::net::impl {

namespace {

/// Empty lines before a request that are forgiven.
constexpr std::size_t kEmptyLines = 4;
/// More digits than any length that fits.
constexpr std::size_t kLengthDigits = 18;

bool is_alphanumeric(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_token_char(char c) {
  return is_alphanumeric(c) || std::string_view("!#$%&'*+-.^_`|~").contains(c);
}
bool is_token(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, is_token_char);
}
bool is_value_char(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte == '\t' || (byte >= 0x20 && byte != 0x7f);
}
bool is_target_char(char c) {
  return c > 0x20 && c < 0x7f && c != '#';
}
std::string_view trim_blanks(std::string_view text) {
  constexpr std::string_view kBlanks = " \t";
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

Fault bad(std::string_view what) {
  return {400, fmt::format("this is not HTTP/1.1: {}", what)};
}

/// The fields that decide how a request is framed.
struct Framing {
  bool is_1_1 = false;
  std::vector<std::string_view> hosts = {};
  std::vector<std::string_view> lengths = {};
  std::vector<std::string_view> codings = {};
  std::vector<std::string_view> expectations = {};
};

/// RFC 9110, 7.2 and RFC 3986: a name or an address in brackets, and a port.
bool is_host(std::string_view host) {
  std::string_view port;
  if (host.starts_with('[')) {
    const std::size_t end = host.find(']');
    if (end == std::string_view::npos) return false;
    const auto in_address = [](char c) { return is_alphanumeric(c) || c == ':' || c == '.'; };
    if (!std::ranges::all_of(host.substr(1, end - 1), in_address)) return false;
    port = host.substr(end + 1);
    if (!port.empty() && !port.starts_with(':')) return false;
    port = port.substr(std::min<std::size_t>(1, port.size()));
  } else {
    const std::size_t colon = host.find(':');
    port = colon == std::string_view::npos ? std::string_view{} : host.substr(colon + 1);
    const auto in_name = [](char c) {
      return is_alphanumeric(c) || std::string_view("-._~%!$&'()*+,;=").contains(c);
    };
    if (!std::ranges::all_of(host.substr(0, colon), in_name)) return false;
  }
  return std::ranges::all_of(port, is_digit);
}

std::optional<Fault> check_version(std::string_view version, Framing& framing) {
  const bool well_formed = version.size() == 8 && version.starts_with("HTTP/") && is_digit(version[5]) &&
                           version[6] == '.' && is_digit(version[7]);
  if (!well_formed) return bad("the request line does not end with HTTP/1.1");
  if (version != "HTTP/1.1" && version != "HTTP/1.0")
    return Fault{505, fmt::format("{} is not served here; use HTTP/1.1", version)};
  framing.is_1_1 = version == "HTTP/1.1";
  return std::nullopt;
}

std::optional<Fault> check_request_line(std::string_view line, Framing& framing) {
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  if (first == std::string_view::npos || first == last)
    return bad("the request line is not a method, a target and a version");
  const std::string_view method = line.substr(0, first);
  const std::string_view target = line.substr(first + 1, last - first - 1);
  if (!is_token(method)) return bad("the method has a character that is not allowed");
  if (target.empty() || !std::ranges::all_of(target, is_target_char))
    return bad("the request target has a character that must be percent-encoded");
  if (auto wrong = check_version(line.substr(last + 1), framing)) return wrong;
  if (method == "CONNECT") return Fault{501, "this server is not a proxy"};
  if (target.starts_with("http://") || target.starts_with("https://")) {
    const std::size_t begin = target.find("://") + 3;
    const std::string_view host = target.substr(begin, target.find_first_of("/?", begin) - begin);
    if (!host.empty() && is_host(host)) return std::nullopt;
    return bad("the request target does not name a host");
  }
  if (target.starts_with('/') || (target == "*" && method == "OPTIONS")) return std::nullopt;
  return bad("the request target does not begin with /");
}

std::optional<Fault> check_field(std::string_view line, Framing& framing) {
  if (line.starts_with(' ') || line.starts_with('\t'))
    return bad("a header is folded over several lines; write each on one line");
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return bad("a header line has no colon");
  const std::string_view name = line.substr(0, colon);
  if (!is_token(name)) return bad("a header's name has a character that is not allowed");
  const std::string_view value = trim_blanks(line.substr(colon + 1));
  if (!std::ranges::all_of(value, is_value_char))
    return bad(fmt::format("the header {} has a control character", for_message(name)));
  if (same_name(name, "Host")) framing.hosts.push_back(value);
  if (same_name(name, "Content-Length")) framing.lengths.push_back(value);
  if (same_name(name, "Transfer-Encoding")) framing.codings.push_back(value);
  if (same_name(name, "Expect")) framing.expectations.push_back(value);
  return std::nullopt;
}

std::optional<Fault> check_host(const Framing& framing) {
  if (framing.hosts.size() > 1) return bad("there are two Host headers");
  if (framing.hosts.empty() && framing.is_1_1) return bad("the Host header is missing");
  if (!framing.hosts.empty() && !is_host(framing.hosts[0])) return bad("the Host header is not a host");
  return std::nullopt;
}

/// RFC 9112, 6.1 and 7: exactly `chunked`, without parameters, and nothing before it that is not known here.
std::optional<Fault> check_codings(const std::vector<std::string_view>& fields) {
  std::vector<std::string_view> codings;
  for (const std::string_view field : fields) {
    if (field.empty()) codings.push_back(field);
    for (const auto part : std::views::split(field, ','))
      codings.push_back(trim_blanks(std::string_view(part.begin(), part.end())));
  }
  const auto is_chunked = [](std::string_view coding) { return same_name(coding, "chunked"); };
  if (codings.empty() || !is_chunked(codings.back()))
    return bad("the Transfer-Encoding does not end with chunked");
  codings.pop_back();
  if (codings.empty()) return std::nullopt;
  if (!std::ranges::all_of(codings, is_token) || std::ranges::any_of(codings, is_chunked))
    return bad("the Transfer-Encoding is not a list that ends with one chunked");
  return Fault{501, fmt::format("the Transfer-Encoding {} is not served here; send chunked alone",
                                for_message(codings.front()))};
}

/// RFC 9112, 6.1 to 6.3: where the body ends must be said once, and in one way.
std::optional<Fault> check_length(const Framing& framing) {
  if (framing.lengths.size() > 1) return bad("there are two Content-Length headers");
  if (!framing.lengths.empty()) {
    const std::string_view length = framing.lengths[0];
    if (length.empty() || length.size() > kLengthDigits || !std::ranges::all_of(length, is_digit))
      return bad("the Content-Length is not one number of bytes");
  }
  if (framing.codings.empty()) return std::nullopt;
  if (!framing.lengths.empty()) return bad("there are both a Content-Length and a Transfer-Encoding");
  if (!framing.is_1_1) return bad("HTTP/1.0 has no Transfer-Encoding");
  return check_codings(framing.codings);
}

std::optional<Fault> check_expectation(const Framing& framing) {
  if (!framing.is_1_1) return std::nullopt;
  for (const std::string_view expectation : framing.expectations) {
    if (!same_name(expectation, "100-continue"))
      return Fault{417, "the only Expect that is served here is 100-continue"};
  }
  return std::nullopt;
}

/// The next line without its CRLF.
std::string_view take_line(std::string_view& rest) {
  const std::size_t end = rest.find("\r\n");
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(std::min(end == std::string_view::npos ? end : end + 2, rest.size()));
  return line;
}

}  // namespace

bool has_stray_line_break(std::string_view bytes) {
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (bytes[i] == '\0') return true;
    if (bytes[i] == '\n' && (i == 0 || bytes[i - 1] != '\r')) return true;
    if (bytes[i] == '\r' && i + 1 < bytes.size() && bytes[i + 1] != '\n') return true;
  }
  return false;
}

HeadScan scan_head(std::string_view bytes, std::size_t seen, std::size_t limit) {
  HeadScan scan;
  while (scan.skip < 2 * kEmptyLines && bytes.substr(scan.skip).starts_with("\r\n")) scan.skip += 2;
  const std::string_view head = bytes.substr(scan.skip);
  if (head.empty() || head == "\r") return scan;
  if (!is_token_char(head[0])) {
    scan.fault = bad("it does not begin with a method");
    return scan;
  }
  // The end may lie across what was seen and what is new.
  const std::size_t from = seen > scan.skip + 3 ? seen - scan.skip - 3 : 0;
  const std::size_t end = head.find("\r\n\r\n", from);
  const std::size_t size = end == std::string_view::npos ? head.size() : end + 4;
  if (has_stray_line_break(head.substr(0, size))) {
    scan.fault = bad("a line does not end with CR LF");
  } else if (size > limit) {
    const bool in_first_line = head.substr(0, limit).find("\r\n") == std::string_view::npos;
    scan.fault = in_first_line
                     ? Fault{414, fmt::format("the request line is longer than {} bytes", limit)}
                     : Fault{431, fmt::format("the request's headers are larger than {} bytes", limit)};
  } else if (end != std::string_view::npos) {
    scan.size = size;
  }
  return scan;
}

std::optional<Fault> check_head(std::string_view head) {
  Framing framing;
  if (auto wrong = check_request_line(take_line(head), framing)) return wrong;
  for (std::string_view line = take_line(head); !line.empty(); line = take_line(head)) {
    if (auto wrong = check_field(line, framing)) return wrong;
  }
  if (auto wrong = check_host(framing)) return wrong;
  if (auto wrong = check_length(framing)) return wrong;
  return check_expectation(framing);
}

}  // namespace bellwether::net::impl
