#include <array>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <thread>

#include "base/encoding.hpp"
#include "base/log.hpp"
#include "net/impl/wire_clock.hpp"
#include "subscriber/service.hpp"
#include "unit/net/listening.hpp"

/// The whole intake over real sockets, with and without TLS, by a clock that the input moves. Whatever comes,
/// the service must answer well-formed responses and nothing else, and stay alive for the next.
///
/// An input is the bytes of one connection. It may begin with \x01, which chooses TLS, and holds commands:
/// \xff and one of the letters of `Command`.
namespace {

using bellwether::net::impl::WireClock;
using bellwether::net::testing::RawClient;
using bellwether::subscriber::Options;
using bellwether::subscriber::Service;
using std::chrono::milliseconds;
using std::chrono::seconds;

enum Command : char {
  kPause = 'p',        ///< what came before is sent by itself
  kHeadersLate = 'h',  ///< the time for headers is over
  kBodyLate = 'b',     ///< the time for a body is over
  kIdleLate = 'i',     ///< the time between requests is over
};

/// Two services for all inputs, with small limits so that they are met.
class Target {
 public:
  Target() {
    WireClock::advance(milliseconds(0));
    std::string folder = "/tmp/bellwether-fuzz-XXXXXX";
    if (mkdtemp(folder.data()) == nullptr) std::abort();
    folder_ = folder;
    bellwether::log::configure(bellwether::log::Level::kError, bellwether::log::Format::kLogfmt);
    plain_ = start("/plain", false);
    secure_ = start("/tls", true);
  }
  Target(const Target&) = delete;
  Target& operator=(const Target&) = delete;
  ~Target() {
    plain_.reset();
    secure_.reset();
    std::filesystem::remove_all(folder_);
  }

  std::string exchange(std::string_view input) const {
    const bool tls = input.starts_with('\x01');
    if (tls) input.remove_prefix(1);
    RawClient client((tls ? secure_ : plain_)->address(), tls);
    if (!client.open()) std::abort();
    while (!input.empty()) {
      const std::size_t end = std::min(input.find('\xff'), input.size());
      client.send(input.substr(0, end));
      input.remove_prefix(end);
      if (input.size() < 2) break;
      obey(input[1]);
      input.remove_prefix(2);
    }
    client.finish();
    return client.read_all();
  }

 private:
  std::unique_ptr<Service> start(const std::string& name, bool tls) const {
    Options options;
    options.data_dir = folder_ + name;
    options.listen.port = 0;
    options.admin_listen.port = 0;
    options.limits.body_bytes = 4096;
    options.limits.inflated_bytes = 8192;
    options.limits.header_bytes = 1024;
    options.rejects.count = 10;
    if (tls) options.tls = bellwether::net::testing::self_signed();
    auto started = Service::start(options);
    if (!started) std::abort();
    return std::move(*started);
  }

  static void obey(char command) {
    // So that the server has most likely seen what was sent.
    std::this_thread::sleep_for(milliseconds(1));
    if (command == kHeadersLate) WireClock::advance(seconds(11));
    if (command == kBodyLate) WireClock::advance(seconds(61));
    if (command == kIdleLate) WireClock::advance(seconds(76));
  }

  std::string folder_;
  std::unique_ptr<Service> plain_;
  std::unique_ptr<Service> secure_;
};

/// Whether `bytes` are whole responses, each with its length, one after another.
bool well_formed(std::string_view bytes) {
  static constexpr std::string_view kLength = "Content-Length: ";
  while (!bytes.empty()) {
    const std::size_t end = bytes.find("\r\n\r\n");
    if (!bytes.starts_with("HTTP/1.1 ") || end == std::string_view::npos) return false;
    const std::string_view head = bytes.substr(0, end + 2);
    bytes.remove_prefix(end + 4);
    if (head.starts_with("HTTP/1.1 100 ")) continue;
    const std::size_t at = head.find(kLength);
    if (at == std::string_view::npos) return false;
    const std::string_view value = head.substr(at + kLength.size());
    const auto length = bellwether::parse_integer(value.substr(0, value.find('\r')));
    // The answer to HEAD has a length and no body.
    if (!length || *length < 0) return false;
    if (!bytes.starts_with("HTTP/1.1 "))
      bytes.remove_prefix(std::min<std::size_t>(bytes.size(), static_cast<std::size_t>(*length)));
  }
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  static const Target kTarget;
  const std::string answer = kTarget.exchange({reinterpret_cast<const char*>(data), size});
  if (!well_formed(answer)) std::abort();
  return 0;
}
