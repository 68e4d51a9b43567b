#pragma once

#include "api/call.hpp"
#include "api/router.hpp"
#include "base/log.hpp"
#include "storage/database.hpp"

namespace bellwether::api {

/// Answers a request that the router let through: parses its URL, makes the service's call of it, and turns
/// errors into answers.
template <typename Context, typename MakeContext>
net::Response serve(const Router<Context>& router, const net::Request& request, MakeContext&& make_context) {
  auto parsed = Call::parse(request);
  if (!parsed) return render_error(parsed.error());
  const Context context = make_context(std::move(*parsed));
  try {
    Answer answered = router.find(request.method, request.path)->answer(context);
    return answered ? std::move(*answered) : render_error(answered.error());
  } catch (const storage::StorageError& error) {
    log::warn("a read failed", {{"path", request.path}, {"error", error.what()}});
    return render_error({503, "storage_unavailable", "the data cannot be read now; the log says why"});
  }
}

}  // namespace bellwether::api
