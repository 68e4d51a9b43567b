#include "conformance/membership.hpp"

#include <algorithm>
#include <array>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "base/encoding.hpp"

namespace bellwether::conformance {

namespace {

namespace json = boost::json;

constexpr std::array<std::string_view, 3> kIdNames{"mixpanel_distinct_id", "distinct_id", "id"};
constexpr std::array<std::string_view, 2> kListNames{"data", "members"};
constexpr std::size_t kMaxBytes = 64UL << 20U;
constexpr std::size_t kMaxPages = 100'000;

std::optional<std::string> text_of(const json::value& value) {
  if (value.is_string()) return std::string(value.get_string());
  if (value.is_number()) return json::serialize(value);
  return std::nullopt;
}

/// An id, or an object that has one.
std::optional<std::string> id_of(const json::value& value) {
  if (!value.is_object()) return text_of(value);
  for (const std::string_view name : kIdNames) {
    if (const auto* id = value.get_object().if_contains(name)) return text_of(*id);
  }
  return std::nullopt;
}

Result<MemberList> read_array(const json::array& items) {
  MemberList list;
  for (const json::value& item : items) {
    auto id = id_of(item);
    if (!id) return fail("a member has no mixpanel_distinct_id, distinct_id or id");
    list.ids.insert(std::move(*id));
  }
  return list;
}

Result<MemberList> read_json(const json::value& whole) {
  if (whole.is_array()) return read_array(whole.get_array());
  if (!whole.is_object()) return fail("it is neither an array nor an object");
  for (const std::string_view name : kListNames) {
    const auto* items = whole.get_object().if_contains(name);
    if (items == nullptr || !items->is_array()) continue;
    auto list = read_array(items->get_array());
    const auto* next = whole.get_object().if_contains("next");
    if (list && next != nullptr) list->next = text_of(*next);
    return list;
  }
  return fail(R"(it has no array under "data" or "members")");
}

template <typename Line>
void for_each_line(std::string_view text, Line&& line) {
  while (!text.empty()) {
    std::string_view one = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), one.size() + 1));
    if (one.ends_with('\r')) one.remove_suffix(1);
    if (!one.empty()) line(one);
  }
}

Result<MemberList> read_ndjson(std::string_view body) {
  json::array items;
  std::string wrong;
  for_each_line(body, [&](std::string_view line) {
    boost::system::error_code error;
    items.push_back(json::parse(line, error));
    if (error) wrong = fmt::format("a line is not JSON: {}", for_message(line));
  });
  if (!wrong.empty()) return fail(wrong);
  return read_array(items);
}

/// The fields of a line, quotes taken off; a field with a line break in it is not read.
std::vector<std::string> split_csv(std::string_view line) {
  std::vector<std::string> fields(1);
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (c == '"' && quoted && i + 1 < line.size() && line[i + 1] == '"') {
      fields.back() += '"';
      ++i;
    } else if (c == '"') {
      quoted = !quoted;
    } else if (c == ',' && !quoted) {
      fields.emplace_back();
    } else {
      fields.back() += c;
    }
  }
  return fields;
}

Result<MemberList> read_csv(std::string_view body) {
  MemberList list;
  std::optional<std::size_t> column;
  for_each_line(body, [&](std::string_view line) {
    const auto fields = split_csv(line);
    if (column) {
      if (*column < fields.size()) list.ids.insert(fields[*column]);
      return;
    }
    const auto found = std::ranges::find_first_of(fields, kIdNames);
    column = found == fields.end() ? 0 : static_cast<std::size_t>(found - fields.begin());
  });
  return list;
}

std::string fill(std::string text, std::string_view name, std::string_view value) {
  const std::string place = fmt::format("{{{}}}", name);
  for (std::size_t at = 0; (at = text.find(place, at)) != std::string::npos;)
    text.replace(at, place.size(), to_percent_encoding(value));
  return text;
}

}  // namespace

Result<MemberList> read_members(std::string_view body, std::string_view media_type) {
  if (media_type.contains("ndjson") || media_type.contains("jsonl") || media_type.contains("json-lines"))
    return read_ndjson(body);
  if (media_type.starts_with("text/csv")) return read_csv(body);
  boost::system::error_code error;
  const json::value whole = json::parse(body, error);
  if (error) return fail(fmt::format("it is no JSON: {}", for_message(body)));
  return read_json(whole);
}

MembershipReader::MembershipReader(Options options)
    : options_(std::move(options)), client_({.ca_file = options_.ca_file}) {}

Result<Members> MembershipReader::read(std::string_view project, std::string_view cohort) {
  const std::string url = fill(fill(options_.url, "project", project), "cohort", cohort);
  Members all;
  std::string after;
  for (std::size_t page = 0; page < kMaxPages; ++page) {
    net::ClientRequest request{.url = url, .headers = options_.headers, .response_bytes = kMaxBytes};
    request.headers.push_back({"Accept", "application/x-ndjson, application/json;q=0.9, text/csv;q=0.8"});
    if (!after.empty())
      request.url += (url.contains('?') ? "&after=" : "?after=") + to_percent_encoding(after);
    const auto response = client_.send(request);
    if (!response) return fail(fmt::format("{}: {}", request.url, response.error().message));
    if (response->status == 404) return all;
    if (response->status != 200) return fail(fmt::format("{}: status {}", request.url, response->status));
    const auto list = read_members(response->body, response->header("Content-Type"));
    if (!list) return fail(fmt::format("{}: {}", request.url, list.error().message));
    all.insert(list->ids.begin(), list->ids.end());
    if (!list->next || *list->next == after) return all;
    after = *list->next;
  }
  return fail(fmt::format("{}: the pages do not end", url));
}

}  // namespace bellwether::conformance
