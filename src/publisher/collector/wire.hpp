#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ingestion/rejection.hpp"
#include "net/http.hpp"
#include "net/url.hpp"

/// The shapes of Mixpanel's ingestion API: where a request carries its data, and how it is answered. Pure.
namespace bellwether::publisher {

/// A path without the '/' that some SDKs put at its end.
std::string_view bare_path(std::string_view path);

/// The JSON that a request carries: its body, or the form field or query parameter `data`, plain or in
/// base64. A form is known by how it begins: a browser's sendBeacon says that it is plain text.
struct Carried {
  std::string json;
  net::QueryParameters parameters;  ///< of the query and, with a form, of the body
  bool as_form = false;             ///< it came in `data`: an older client, which expects 1 or 0

  std::string_view parameter(std::string_view name) const;
};
/// Takes the request's body.
std::expected<Carried, std::string> read_carried(net::Request& request);

/// What /track, /engage and /groups answer: `1` or `0`; with verbose=1 {"status", "error"}, the error also when only a
/// part was taken; with img=1 a pixel; with callback=f a script that calls it.
net::Response answer_flag(const Carried& carried, bool success, std::string_view error,
                          unsigned status = 200);

/// What /import answers.
struct ImportResult {
  unsigned code = 200;
  std::size_t imported = 0;
  std::string error;
  std::vector<ingestion::Rejection> failed;
};
net::Response answer_import(const ImportResult& result);

/// `{"status": "error", "error": …}`, for what is refused before its data is looked at.
net::Response answer_error(unsigned status, std::string_view error);

}  // namespace bellwether::publisher
