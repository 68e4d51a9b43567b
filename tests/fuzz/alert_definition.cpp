#include <cstdlib>
#include <string_view>

#include "alerts/condition.hpp"
#include "alerts/window.hpp"
#include "publisher/alert_form.hpp"

namespace {

using namespace bellwether;

/// What parses is written so that it parses again to the same.
template <typename Parse>
void check(std::string_view text, Parse parse) {
  const auto parsed = parse(text);
  if (!parsed) {
    if (parsed.error().message.empty()) std::abort();
    return;
  }
  const auto again = parse(to_json(*parsed));
  if (!again || to_json(*again) != to_json(*parsed)) std::abort();
}

/// A form that applies shows what it set, so that saving it again changes nothing.
void check_form(std::string_view text) {
  const auto fields = net::split_query(text);
  if (!fields) return;
  alerts::Alert alert;
  if (publisher::apply_form(publisher::read_form(*fields), alert)) return;
  alerts::Alert again = alert;
  if (publisher::apply_form(publisher::to_form(alert), again)) std::abort();
  if (to_json(again.condition) != to_json(alert.condition) ||
      to_json(again.windows) != to_json(alert.windows))
    std::abort();
}

}  // namespace

/// Conditions, notification windows, and the form that edits both.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
  switch (data[0] % 3) {
    case 0:
      check(text, alerts::parse_condition);
      break;
    case 1:
      check(text, alerts::parse_windows);
      break;
    default:
      check_form(text);
  }
  return 0;
}
