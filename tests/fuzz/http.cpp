#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.hpp"
#include "subscriber/service.hpp"

/// The whole intake, over a real socket: each input is the bytes of one connection. Whatever comes, the
/// service must answer only well-formed responses and stay alive for the next.
namespace {

using bellwether::subscriber::Options;
using bellwether::subscriber::Service;

/// One service for all inputs, with small limits so that they are met.
class Target {
 public:
  Target() {
    std::string folder = "/tmp/bellwether-fuzz-XXXXXX";
    if (mkdtemp(folder.data()) == nullptr) std::abort();
    folder_ = folder;
    bellwether::log::configure(bellwether::log::Level::kError, bellwether::log::Format::kLogfmt);
    Options options;
    options.data_dir = folder_;
    options.listen.port = 0;
    options.admin_listen.port = 0;
    options.limits.body_bytes = 4096;
    options.limits.inflated_bytes = 8192;
    options.limits.header_bytes = 1024;
    options.rejects.count = 10;
    auto started = Service::start(options);
    if (!started) std::abort();
    service_ = std::move(*started);
  }
  Target(const Target&) = delete;
  Target& operator=(const Target&) = delete;
  ~Target() {
    service_.reset();
    std::filesystem::remove_all(folder_);
  }

  std::string exchange(std::string_view bytes) const {
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(service_->address().port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) std::abort();
    send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    shutdown(fd, SHUT_WR);
    std::string answer;
    char buffer[4096];
    for (ssize_t count = 0; (count = recv(fd, buffer, sizeof buffer, 0)) > 0;) {
      answer.append(buffer, static_cast<std::size_t>(count));
    }
    close(fd);
    return answer;
  }

 private:
  std::string folder_;
  std::unique_ptr<Service> service_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  static const Target kTarget;
  const std::string answer = kTarget.exchange({reinterpret_cast<const char*>(data), size});
  if (!answer.empty() && !answer.starts_with("HTTP/1.1 ")) std::abort();
  return 0;
}
