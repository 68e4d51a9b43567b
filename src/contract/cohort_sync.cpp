#include "contract/cohort_sync.hpp"

#include <limits>

#include <fmt/format.h>

#include "base/assertion.hpp"
#include "base/encoding.hpp"
#include "base/json_writer.hpp"
#include "contract/impl/member_fields.hpp"
#include "contract/impl/ondemand.hpp"
#include "contract/member_reader.hpp"

namespace bellwether::contract {

namespace {

using impl::Path;
namespace ondemand = simdjson::ondemand;

/// Which required fields have been seen, with the page that they fill.
struct PageDraft {
  CohortPage page;
  bool has_action = false;
  bool has_parameters = false;
  bool has_project = false;
  bool has_cohort = false;
  bool has_session = false;
  bool has_members = false;
  bool members_are_null = false;
  std::optional<std::int64_t> total_pages;
  std::optional<std::int64_t> page_count;
};

/// What is no page number is taken for none: the members can be read all the same.
void read_page_info(ondemand::value& value, const Path& path, const DecodeLimits& limits, PageDraft& draft) {
  constexpr std::int64_t kMax = std::numeric_limits<std::int32_t>::max();
  if (impl::type_of(value, path) != ondemand::json_type::object) {
    impl::checked_text(value, path, limits, impl::below(limits, 2));
    return;
  }
  impl::for_each_field(impl::object_at(value, path), path,
                       [&](std::string_view key, ondemand::value& field, const Path& at) {
                         if (key == "total_pages") {
                           draft.total_pages = impl::optional_integer_at(field, at, limits, 1, kMax);
                         } else if (key == "page_count") {
                           draft.page_count = impl::optional_integer_at(field, at, limits, 1, kMax);
                         } else {
                           impl::checked_text(field, at, limits, impl::below(limits, 3));
                         }
                       });
}

IdSetDigest& ids_of_this_thread() {
  thread_local IdSetDigest ids;
  ids.take();  // what a page that was refused has left
  return ids;
}

void read_each_member(ondemand::array& members, const Path& path, const DecodeLimits& limits,
                      CohortPage& page) {
  const auto text_of = [&limits](ondemand::value& value, const Path& at) {
    return impl::checked_text(value, at, limits, impl::below(limits, impl::kLevelsAboveMember + 1));
  };
  IdSetDigest& ids = ids_of_this_thread();
  std::size_t index = 0;
  for (auto item : members) {
    const Path at = path.element(index);
    if (index == limits.members) {
      impl::fail_limit(
          path, fmt::format("has more than {} members; send more pages with fewer each", limits.members));
    }
    ondemand::value element;
    if (const auto code = std::move(item).get(element); code != simdjson::SUCCESS) {
      impl::fail_malformed(at, simdjson::error_message(code));
    }
    const auto id =
        impl::read_member(element, at, limits, text_of, [](std::string_view, std::string_view) {});
    if (id) {
      ids.add(*id);
      ++page.member_count;
    } else {
      page.skipped.push_back(index);
    }
    ++index;
  }
  page.ids = ids.take();
}

void read_members(ondemand::value& value, const Path& path, const DecodeLimits& limits, PageDraft& draft) {
  CohortPage& page = draft.page;
  page.member_count = 0;
  page.skipped.clear();
  draft.has_members = true;
  const auto type = impl::type_of(value, path);
  draft.members_are_null = type == ondemand::json_type::null;
  if (draft.members_are_null) {
    impl::checked_text(value, path, limits, 0);
    page.members_json = "[]";
    page.ids = ids_of_this_thread().take();
    return;
  }
  if (type != ondemand::json_type::array) impl::fail_contract(path, "an array", impl::name_of(type));
  ondemand::array members;
  if (const auto code = value.get_array().get(members); code != simdjson::SUCCESS) {
    impl::fail_malformed(path, simdjson::error_message(code));
  }
  read_each_member(members, path, limits, page);
  std::string_view text;
  if (members.reset().error() != simdjson::SUCCESS || members.raw_json().get(text) != simdjson::SUCCESS) {
    impl::fail_malformed(path, "it ends early");
  }
  page.members_json = text.substr(0, text.find_last_of(']') + 1);
}

/// Whether the field was one of `parameters`.
bool read_parameter(std::string_view key, ondemand::value& field, const Path& at, const DecodeLimits& limits,
                    PageDraft& draft) {
  if (key == "mixpanel_project_id") {
    draft.page.project_id = impl::id_at(field, at, limits);
    draft.has_project = true;
  } else if (key == "mixpanel_cohort_id") {
    draft.page.cohort_id = impl::id_at(field, at, limits);
    draft.has_cohort = true;
  } else if (key == "mixpanel_session_id") {
    draft.page.session_id = impl::id_at(field, at, limits);
    draft.has_session = true;
  } else if (key == "mixpanel_cohort_name") {
    draft.page.cohort_name = impl::optional_text_at(field, at, limits);
  } else if (key == "mixpanel_cohort_description") {
    draft.page.cohort_description = impl::optional_text_at(field, at, limits);
  } else if (key == "page_info") {
    read_page_info(field, at, limits, draft);
  } else if (key == "members") {
    read_members(field, at, limits, draft);
  } else {
    return false;
  }
  return true;
}

void read_parameters(ondemand::value& value, const Path& path, const DecodeLimits& limits, PageDraft& draft) {
  draft.has_parameters = true;
  impl::for_each_field(impl::object_at(value, path), path,
                       [&](std::string_view key, ondemand::value& field, const Path& at) {
                         if (read_parameter(key, field, at, limits, draft)) return;
                         impl::checked_text(field, at, limits, impl::below(limits, 2));
                       });
}

void read_action(ondemand::value& value, const Path& path, const DecodeLimits& limits, PageDraft& draft) {
  const auto type = impl::type_of(value, path);
  if (type != ondemand::json_type::string) impl::fail_contract(path, kActions, impl::name_of(type));
  const std::string name = impl::id_at(value, path, limits);
  const auto action = parse_action(name);
  if (!action) impl::fail_contract(path, kActions, fmt::format("\"{}\"", for_message(name)));
  draft.page.action = *action;
  draft.has_action = true;
}

void require_all(const PageDraft& draft) {
  const Path root;
  const auto require = [](bool seen, const Path& path, std::string_view expected) {
    if (!seen) impl::fail_contract(path, expected, "nothing");
  };
  require(draft.has_action, root.child("action"), kActions);
  const bool flat = draft.has_project || draft.has_cohort || draft.has_session || draft.has_members;
  require(draft.has_parameters || flat, root.child("parameters"), "an object");
  const Path parameters = root.child("parameters");
  require(draft.has_project, parameters.child("mixpanel_project_id"), "a string");
  require(draft.has_cohort, parameters.child("mixpanel_cohort_id"), "a string");
  require(draft.has_session, parameters.child("mixpanel_session_id"), "a string");
  const Path members = parameters.child("members");
  require(draft.has_members, members, "an array");
  const CohortPage& page = draft.page;
  // A full load of nobody empties the cohort: that has to be said outright.
  if (draft.members_are_null && page.action == Action::kMembers)
    impl::fail_contract(members, "an array", "null");
  if (page.member_count == 0 && !page.skipped.empty()) {
    impl::fail_contract(members, "members with a mixpanel_distinct_id",
                        fmt::format("{} without", page.skipped.size()));
  }
}

/// Two numbers that go together, or a page that has none. One page of one need not say which it is.
void settle_page_info(PageDraft& draft) {
  const std::int64_t total = draft.total_pages.value_or(0);
  const std::int64_t index = draft.page_count.value_or(total == 1 ? 1 : 0);
  const bool numbered = index >= 1 && index <= total;
  draft.page.total_pages = numbered ? static_cast<std::uint32_t>(total) : 0;
  draft.page.page_count = numbered ? static_cast<std::uint32_t>(index) : 1;
}

PageDraft read_message(std::string_view body, const DecodeLimits& limits) {
  PageDraft draft;
  ondemand::document document = impl::Parser::of_this_thread().parse(body);
  impl::for_each_field(impl::root_object(document), {},
                       [&](std::string_view key, ondemand::value& field, const Path& at) {
                         if (key == "action") {
                           read_action(field, at, limits, draft);
                         } else if (key == "parameters") {
                           read_parameters(field, at, limits, draft);
                         } else if (!read_parameter(key, field, at, limits, draft)) {
                           impl::checked_text(field, at, limits, impl::below(limits, 1));
                         }
                       });
  impl::expect_end(document);
  draft.page.content = digest_of(draft.page.members_json);
  return draft;
}

}  // namespace

std::string_view to_string(Action action) {
  switch (action) {
    case Action::kMembers:
      return "members";
    case Action::kAddMembers:
      return "add_members";
    case Action::kRemoveMembers:
      return "remove_members";
  }
  return "members";
}

std::optional<Action> parse_action(std::string_view name) {
  for (const Action action : {Action::kMembers, Action::kAddMembers, Action::kRemoveMembers}) {
    if (to_string(action) == name) return action;
  }
  return std::nullopt;
}

std::expected<CohortPage, DecodeError> decode_cohort_page(std::string_view body, const DecodeLimits& limits) {
  try {
    PageDraft draft = read_message(body, limits);
    require_all(draft);
    settle_page_info(draft);
    return std::move(draft.page);
  } catch (const DecodeError& error) {
    return std::unexpected(error);
  }
}

void digest_members(CohortPage& page) {
  IdSetDigest& ids = ids_of_this_thread();
  page.member_count = 0;
  const auto read = MemberReader().read(page.members_json, [&](const Member& member) {
    ids.add(member.distinct_id);
    ++page.member_count;
  });
  ASSERT(read);
  page.ids = ids.take();
  page.content = digest_of(page.members_json);
}

std::optional<Action> find_action(std::string_view body) {
  try {
    ondemand::document document = impl::Parser::of_this_thread().parse(body);
    std::string_view name;
    if (document.find_field_unordered("action").get_string().get(name) != simdjson::SUCCESS)
      return std::nullopt;
    return parse_action(name);
  } catch (const DecodeError&) {
    return std::nullopt;
  }
}

std::string encode_cohort_page(const CohortPage& page) {
  std::string out;
  out.reserve(page.members_json.size() + 512);
  JsonWriter json(out);
  json.begin_object().key("action").value(to_string(page.action)).key("parameters").begin_object();
  json.key("mixpanel_project_id").value(page.project_id);
  if (page.cohort_name) json.key("mixpanel_cohort_name").value(*page.cohort_name);
  json.key("mixpanel_cohort_id").value(page.cohort_id);
  if (page.cohort_description) json.key("mixpanel_cohort_description").value(*page.cohort_description);
  json.key("mixpanel_session_id").value(page.session_id).key("page_info").begin_object();
  json.key("total_pages").value(page.total_pages).key("page_count").value(page.page_count).end_object();
  json.key("members").raw(page.members_json).end_object().end_object();
  return out;
}

std::string encode_success(Action action) {
  std::string out;
  JsonWriter json(out);
  json.begin_object().key("action").value(to_string(action)).key("status").value("success").end_object();
  return out;
}

std::string encode_failure(std::optional<Action> action, unsigned code, std::string_view message) {
  std::string out;
  JsonWriter json(out);
  json.begin_object();
  if (action) json.key("action").value(to_string(*action));
  json.key("status").value("failure").key("error").begin_object();
  json.key("message").value(message).key("code").value(code);
  json.end_object().end_object();
  return out;
}

}  // namespace bellwether::contract
