#include "base/log.hpp"

#include <atomic>

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "base/json_writer.hpp"
#include "base/time.hpp"
#include "base/visible.hpp"

namespace bellwether::log {

namespace {

std::atomic<Format> chosen_format{Format::kLogfmt};

spdlog::logger& logger() {
  static const auto kLogger = [] {
    auto made = spdlog::stderr_logger_mt("bellwether");
    made->set_pattern("%v");
    made->flush_on(spdlog::level::debug);
    return made;
  }();
  return *kLogger;
}

spdlog::level::level_enum to_spdlog(Level level) {
  switch (level) {
    case Level::kDebug:
      return spdlog::level::debug;
    case Level::kInfo:
      return spdlog::level::info;
    case Level::kWarn:
      return spdlog::level::warn;
    case Level::kError:
      return spdlog::level::err;
  }
  return spdlog::level::info;
}

std::string_view name(Level level) {
  switch (level) {
    case Level::kDebug:
      return "debug";
    case Level::kInfo:
      return "info";
    case Level::kWarn:
      return "warn";
    case Level::kError:
      return "error";
  }
  return "info";
}

void append_logfmt(std::string& out, std::string_view key, std::string_view value) {
  if (!out.empty()) out += ' ';
  out += key;
  out += '=';
  const bool plain =
      !value.empty() && value.find_first_of(" \"=\\") == std::string_view::npos && !has_hidden(value);
  if (plain) {
    out += value;
  } else {
    append_json_string(out, value);
  }
}

}  // namespace

void configure(Level level, Format format) {
  chosen_format = format;
  logger().set_level(to_spdlog(level));
}

bool enabled(Level level) {
  return logger().should_log(to_spdlog(level));
}

void write(Level level, std::string_view message, std::initializer_list<Field> fields) {
  if (!enabled(level)) return;
  std::string line;
  const std::string at = format_iso8601(system_now());
  if (chosen_format.load() == Format::kJson) {
    JsonWriter json(line);
    json.begin_object().key("ts").value(at).key("level").value(name(level)).key("msg").value(message);
    for (const Field& field : fields) json.key(field.key).value(field.value);
    json.end_object();
  } else {
    append_logfmt(line, "ts", at);
    append_logfmt(line, "level", name(level));
    append_logfmt(line, "msg", message);
    for (const Field& field : fields) append_logfmt(line, field.key, field.value);
  }
  // JSON escapes less than a terminal needs. Whatever is escaped here is inside a string.
  const std::string shown = visible(line);
  logger().log(to_spdlog(level), spdlog::string_view_t(shown));
}

}  // namespace bellwether::log
