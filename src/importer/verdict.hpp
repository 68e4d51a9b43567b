#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>

#include "importer/answer.hpp"
#include "net/http_client.hpp"

namespace bellwether::importer {

/// What an answer of /import means for the batch that was sent. The whole policy, in one place:
///
///     what came back                                              verdict
///     200 or 400 that counts records                              taken: those that it names are rejected
///     400 or 413 with an `error`                                  refused: the batch is halved until the record stands alone
///     401; 403 with an `error`; a URL that is not valid           stop: a person has to do something
///     429, 503, any 5xx with an `error`, no connection            busy: it is waited for
///     anything else: the page of a proxy or firewall, a           strange: sent again; when the publisher answers otherwise
///     connection that ends before the answer                      well, it is this batch, which is halved as if refused
enum class Outcome : std::uint8_t { kTaken, kRefused, kStop, kBusy, kStrange };

struct Verdict {
  Outcome outcome = Outcome::kStrange;
  ImportAnswer answer = {};  ///< when taken
  std::string message = {};  ///< else: what came back
  std::optional<Millis> retry_after = {};
};

using Attempt = std::expected<net::ClientResponse, net::ClientFailure>;

/// Pure.
Verdict judge(const Attempt& attempt, std::size_t records, Timestamp now);

}  // namespace bellwether::importer
