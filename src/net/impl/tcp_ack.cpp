#include "net/impl/tcp_ack.hpp"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace bellwether::net::impl {

std::optional<Acknowledgement> acknowledgement_after_close(int socket) {
  int error = 0;
  socklen_t error_size = sizeof error;
  if (getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &error_size) != 0 || error != 0)
    return Acknowledgement::kLost;
  tcp_info info{};
  socklen_t info_size = sizeof info;
  if (getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &info_size) != 0) return Acknowledgement::kLost;
  constexpr int kClosed = 7;  // TCP_CLOSE: without an error, both sides have closed and acknowledged
  if (info.tcpi_state == kClosed) return Acknowledgement::kDelivered;
  if (info.tcpi_unacked == 0 && info.tcpi_notsent_bytes == 0) return Acknowledgement::kDelivered;
  return std::nullopt;
}

}  // namespace bellwether::net::impl
