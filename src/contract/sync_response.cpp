#include "contract/sync_response.hpp"

#include <limits>

#include "base/encoding.hpp"
#include "contract/impl/ondemand.hpp"

namespace bellwether::contract {

namespace {

using impl::Path;
namespace ondemand = simdjson::ondemand;

constexpr std::string_view kStatuses = "\"success\" or \"failure\"";

/// A string; anything else is refused with what was expected.
std::string word_at(ondemand::value& value, const Path& path, std::string_view expected,
                    const DecodeLimits& limits) {
  const auto type = impl::type_of(value, path);
  if (type != ondemand::json_type::string) impl::fail_contract(path, expected, impl::name_of(type));
  return impl::id_at(value, path, limits);
}

void read_error(ondemand::value& value, const Path& path, const DecodeLimits& limits,
                SyncResponse& response) {
  if (impl::type_of(value, path) != ondemand::json_type::object) {
    impl::checked_text(value, path, limits, impl::below(limits, 1));
    return;
  }
  impl::for_each_field(impl::object_at(value, path), path,
                       [&](std::string_view key, ondemand::value& field, const Path& at) {
                         const auto text = impl::optional_text_at(field, at, limits);
                         if (key == "message") response.error_message = text;
                         if (key == "code" && text) response.error_code = parse_integer(*text);
                       });
}

}  // namespace

std::expected<SyncResponse, DecodeError> decode_sync_response(std::string_view body,
                                                              const DecodeLimits& limits) {
  try {
    SyncResponse response;
    std::optional<Action> action;
    std::optional<std::string> status;
    ondemand::document document = impl::Parser::of_this_thread().parse(body);
    impl::for_each_field(impl::root_object(document), {},
                         [&](std::string_view key, ondemand::value& field, const Path& at) {
                           if (key == "action") {
                             const std::string name = word_at(field, at, kActions, limits);
                             action = parse_action(name);
                             if (!action) impl::fail_contract(at, kActions, '"' + for_message(name) + '"');
                           } else if (key == "status") {
                             status = word_at(field, at, kStatuses, limits);
                             if (*status != "success" && *status != "failure") {
                               impl::fail_contract(at, kStatuses, '"' + for_message(*status) + '"');
                             }
                           } else if (key == "error") {
                             read_error(field, at, limits, response);
                           } else {
                             impl::checked_text(field, at, limits, impl::below(limits, 1));
                           }
                         });
    impl::expect_end(document);
    const Path root;
    if (!action) impl::fail_contract(root.child("action"), kActions, "nothing");
    if (!status) impl::fail_contract(root.child("status"), kStatuses, "nothing");
    response.action = *action;
    response.success = *status == "success";
    return response;
  } catch (const DecodeError& error) {
    return std::unexpected(error);
  }
}

}  // namespace bellwether::contract
