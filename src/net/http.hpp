#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// HTTP messages as the modules above see them, and the interface that a server calls.
namespace bellwether::net {

struct Header {
  std::string name;
  std::string value;
};

/// Whether two header names are the same, whatever their case.
bool same_name(std::string_view a, std::string_view b);

/// The first header of that name, in any case; empty when there is none.
std::string_view find_header(const std::vector<Header>& headers, std::string_view name);

/// A request without its body.
struct RequestHead {
  std::string method;
  std::string path;   ///< as sent, without the query
  std::string query;  ///< as sent, behind the '?'
  std::vector<Header> headers;
  std::string peer;  ///< the client's IP address, behind trusted proxies too

  std::string_view header(std::string_view name) const { return find_header(headers, name); }
};

struct Request : RequestHead {
  std::string body;  ///< decoded: without chunks and content encoding
};

/// What became of an answer, as far as the connection shows.
enum class Acknowledgement {
  kDelivered,  ///< the peer went on with a next request, or closed cleanly with every byte acknowledged
  kLost,       ///< could not be written, or the connection broke
};

/// A body that is made while it is sent, for lists of any length and live streams. Called by one thread at a
/// time, by the server's `offload` when it has one. It may outlive the connection for as long as a call runs.
class BodySource {
 public:
  enum class State {
    kMore,    ///< something was appended, ask again
    kWait,    ///< nothing now; ask again a little later
    kEnd,     ///< what was appended is the last
    kBroken,  ///< it cannot be finished; the connection is cut so that the reader notices
  };
  virtual ~BodySource() = default;
  virtual State next(std::string& chunk) = 0;
};

struct Response {
  unsigned status = 200;
  std::string content_type = "application/json";
  std::string body;
  std::vector<Header> headers = {};
  std::unique_ptr<BodySource> stream = nullptr;  ///< in place of `body`
  std::move_only_function<void(Acknowledgement)> on_acknowledgement =
      nullptr;  ///< called once, on the server's thread; never when
                ///< the process ends before it can be told
};

/// To be called once, from any thread. One that is dropped without a call answers 500.
using Respond = std::move_only_function<void(Response)>;

/// What the server itself refuses: it broke a limit, is not HTTP, or came when there was no room.
struct Refusal {
  unsigned status;          ///< 400, 408, 413, 414, 415, 417, 429, 431, 500, 501, 503 or 505
  std::string message;      ///< says what was wrong and what is allowed
  const RequestHead* head;  ///< null when it could not be read
  std::string_view body;    ///< as much of it as came
};

/// The application. Called on the server's threads, by several at once; must not block for long. A request
/// whose call throws is answered 503 (out of memory) or 500, and its connection is closed.
class Handler {
 public:
  virtual ~Handler() = default;
  /// Before the body is read. A response here ends the request; the body is not read.
  virtual std::optional<Response> screen(const RequestHead& head) = 0;
  /// Whether `screen` would take longer than a network thread should be kept for; it then runs by the server's
  /// `offload`.
  virtual bool screens_slowly(const RequestHead& /*head*/) { return false; }
  virtual void handle(Request request, Respond respond) = 0;
  /// Whether senders are served that send their requests one behind another, read no answer, and go: their requests are taken also
  /// when an answer cannot be written, and answers wait while more requests are there. A system that has unread answers when its
  /// program ends throws away what it has not sent yet.
  virtual bool takes_unread() const { return false; }
  virtual Response refuse(const Refusal& refusal) = 0;
};

}  // namespace bellwether::net
