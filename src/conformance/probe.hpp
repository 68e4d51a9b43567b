#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/membership.hpp"
#include "conformance/messages.hpp"
#include "conformance/suite.hpp"
#include "net/http_client.hpp"
#include "retry_policy/verdict.hpp"

namespace bellwether::conformance {

/// What is checked, and with what.
struct Target {
  std::string sync_url;    ///< empty: no cohort syncs
  std::string alerts_url;  ///< empty: no alerts
  std::string user;        ///< HTTP Basic; empty: none
  std::string password;
  std::string project = "1";
  std::string other_project = "10";  ///< of a sender that numbers pages in the other way
  std::optional<MembershipReader::Options> mirror;
  std::string restart_command;                 ///< a shell command that restarts the endpoint; empty: none
  std::string ca_file;                         ///< empty: the system's
  Millis patience = std::chrono::seconds(30);  ///< how long a sender waits for an answer
  Millis settle = std::chrono::seconds(5);     ///< how long the mirror may take to show what was said
};

/// What differs from an ordinary request.
struct Unusual {
  std::string method = "POST";
  std::string content_type = "application/json";
  std::vector<net::Header> headers = {};
  std::optional<std::string> user = std::nullopt;  ///< in place of the target's; empty: no credentials
  std::string password = {};
  std::size_t send_rate = 0;
  bool lose_answer = false;
  std::optional<Millis> within = std::nullopt;  ///< in place of the target's patience
};

/// What cases work with: it sends, looks, and throws a Finding when something is not as it should be. One
/// thread at a time, but for `send_beside`.
class Probe {
 public:
  explicit Probe(const Target& target);

  const Target& target() const { return target_; }
  /// A cohort that no other case uses.
  std::string fresh_cohort();
  std::string fresh_session();
  /// A page of that cohort, of a session of its own.
  Page page(contract::Action action, std::vector<Member> members);
  Page page(contract::Action action, const std::string& cohort, const std::string& session,
            std::vector<Member> members, std::uint32_t count = 1, std::uint32_t total = 1);

  retry_policy::Attempt send(Stream stream, std::string body, const Unusual& unusual = {});
  /// The same from any thread, over a connection of its own.
  retry_policy::Attempt send_beside(std::string body) const;

  /// Sends a page that must be taken.
  void deliver(const Page& page);
  void expect_taken(const Page& page, const retry_policy::Attempt& attempt);
  /// A message that is wrong must be refused, in a way that a sender understands and does not repeat.
  void expect_refused(Stream stream, std::string body, std::string_view sent, const Unusual& unusual = {});
  /// `body` is right, but comes without the right credentials: 401.
  void expect_unauthorized(Stream stream, std::string body, std::string_view sent, const Unusual& unusual);
  /// POST alone is taken.
  void expect_no_other_method(Stream stream, const std::string& method, std::string body);
  /// Any answer but a 5xx or none.
  const net::ClientResponse& expect_composed(const retry_policy::Attempt& attempt, std::string_view sent);

  Members members_of(const std::string& project, const std::string& cohort);
  /// That the mirror shows exactly these in the page's cohort, at once or soon.
  void expect_members(const Page& of, const Members& expected, std::string_view sent, std::string_view mend);
  /// That it goes on showing them for a while.
  void expect_still(const Page& of, const Members& expected, std::string_view sent, std::string_view mend);

  /// Right messages that were answered with a 4xx, for the last case.
  const std::vector<std::string>& wrongly_refused() const { return wrongly_refused_; }
  void note_wrongly_refused(std::string text) { wrongly_refused_.push_back(std::move(text)); }

 private:
  net::ClientRequest request(Stream stream, std::string body, const Unusual& unusual) const;

  const Target& target_;
  net::HttpClient client_;
  std::optional<MembershipReader> mirror_;
  std::uint64_t next_cohort_;
  std::uint64_t next_session_ = 1;
  std::vector<std::string> wrongly_refused_;
};

/// "200 application/json {"status": …}", cut to a line; or what went wrong.
std::string describe(const retry_policy::Attempt& attempt);
/// "3 members: ann, bob, cid", shortened.
std::string describe(const Members& members);
/// The first line of a message, shortened.
std::string excerpt(std::string_view text);

/// Runs the cases one after another; `on_case` is told of each when it has ended.
std::vector<Outcome> run(const Target& target, const std::vector<const Case*>& cases,
                         const std::function<void(const Outcome&)>& on_case);

}  // namespace bellwether::conformance
