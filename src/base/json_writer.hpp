#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

namespace bellwether {

/// Appends JSON to a string that the caller owns. Commas are placed by the writer; nesting is the caller's
/// duty (a call out of order gives wrong JSON, it is not checked).
///
///     std::string out;
///     JsonWriter json(out);
///     json.begin_object().key("seq").value(7).key("change").value("entered").end_object();
class JsonWriter {
 public:
  explicit JsonWriter(std::string& out) : out_(out) {}

  JsonWriter& begin_object() { return open('{'); }
  JsonWriter& end_object() { return close('}'); }
  JsonWriter& begin_array() { return open('['); }
  JsonWriter& end_array() { return close(']'); }
  JsonWriter& key(std::string_view name);
  JsonWriter& value(std::string_view text);
  JsonWriter& value(const char* text) { return value(std::string_view(text)); }
  JsonWriter& value(const std::string& text) { return value(std::string_view(text)); }
  JsonWriter& value(bool flag) { return raw(flag ? "true" : "false"); }
  JsonWriter& value(double number);
  JsonWriter& value(std::integral auto number) { return raw(std::to_string(number)); }
  JsonWriter& null() { return raw("null"); }
  /// Text that is JSON already.
  JsonWriter& raw(std::string_view json);

 private:
  JsonWriter& open(char bracket);
  JsonWriter& close(char bracket);
  void separate();

  std::string& out_;
  bool needs_comma_ = false;
};

/// Appends `text` as a JSON string, quotes included. Bytes above 0x7f pass as they are (UTF-8 in, UTF-8 out).
void append_json_string(std::string& out, std::string_view text);

}  // namespace bellwether
