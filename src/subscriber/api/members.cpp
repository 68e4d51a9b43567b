#include <chrono>

#include <fmt/format.h>

#include "base/compact_json.hpp"
#include "base/encoding.hpp"
#include "base/error.hpp"
#include "base/log.hpp"
#include "mirror/views.hpp"
#include "subscriber/api/call.hpp"
#include "subscriber/api/member_json.hpp"
#include "subscriber/api/routes.hpp"

namespace bellwether::subscriber {

namespace {

using storage::Transaction;

constexpr std::size_t kRowsPerChunk = 1000;

using RenderLine = void (*)(std::string& out, const mirror::MemberView& member);

void render_ndjson(std::string& out, const mirror::MemberView& member) {
  mirror::MemberView on_one_line = member;
  on_one_line.properties = compact_json(member.properties);
  JsonWriter json(out);
  render_member(json, on_one_line);
  out += '\n';
}

void render_csv(std::string& out, const mirror::MemberView& member) {
  append_csv_text(out, member.distinct_id);
  out += ',' + format_iso8601(member.entered_at) + ',';
  append_csv_text(out, member.session_id.value_or(""));
  out += ',';
  append_csv_text(out, compact_json(member.properties));
  out += "\r\n";
}

/// The whole membership as of its beginning: holds one snapshot of the data for as long as it is read.
class MemberStream final : public net::BodySource {
 public:
  MemberStream(storage::ReaderPool::Borrowed reader, std::int64_t generation, RenderLine render,
               std::string heading, Millis longest)
      : reader_(std::move(reader)),
        snapshot_(std::make_unique<Transaction>(*reader_, Transaction::Kind::kRead)),
        generation_(generation),
        render_(render),
        heading_(std::move(heading)),
        deadline_(std::chrono::steady_clock::now() + longest) {}

  State next(std::string& chunk) override {
    if (std::chrono::steady_clock::now() > deadline_) return State::kBroken;
    chunk = std::exchange(heading_, "");
    try {
      const auto members = mirror::list_members(*reader_, generation_, after_, kRowsPerChunk);
      for (const auto& member : members) render_(chunk, member);
      if (members.size() < kRowsPerChunk) return State::kEnd;
      after_ = members.back().distinct_id;
      return State::kMore;
    } catch (const storage::StorageError& error) {
      log::warn("a stream of members was cut", {{"error", error.what()}});
      return State::kBroken;
    }
  }

 private:
  storage::ReaderPool::Borrowed reader_;
  std::unique_ptr<Transaction> snapshot_;  ///< ends before the reader is given back
  std::int64_t generation_;
  RenderLine render_;
  std::string heading_;
  std::optional<std::string> after_;
  std::chrono::steady_clock::time_point deadline_;
};

Answer stream_members(const Call& call, RenderLine render, std::string media_type, std::string heading) {
  auto reader = call.readers.borrow();
  std::int64_t generation = 0;
  {
    const auto cohort = mirror::find_cohort(*reader, call.path[2], call.path[3]);
    if (!cohort) return unknown_cohort(call);
    generation = cohort->generation;
  }
  net::Response response;
  response.content_type = std::move(media_type);
  response.stream = std::make_unique<MemberStream>(std::move(reader), generation, render, std::move(heading),
                                                   call.options.longest_stream);
  return response;
}

}  // namespace

Answer list_members(const Call& call) {
  if (call.accepts("application/x-ndjson")) {
    return stream_members(call, render_ndjson, "application/x-ndjson", "");
  }
  if (call.accepts("text/csv")) {
    return stream_members(call, render_csv, "text/csv; charset=utf-8",
                          "distinct_id,entered_at,session_id,properties\r\n");
  }
  const auto limit = TRY(call.limit());
  const auto reader = call.readers.borrow();
  Transaction snapshot(*reader, Transaction::Kind::kRead);
  const auto cohort = mirror::find_cohort(*reader, call.path[2], call.path[3]);
  if (!cohort) return unknown_cohort(call);
  const auto members = mirror::list_members(*reader, cohort->generation, call.parameter("after"), limit + 1);
  return list_response(members, limit, render_member, [](const auto& member) { return member.distinct_id; });
}

Answer show_member(const Call& call) {
  const auto reader = call.readers.borrow();
  Transaction snapshot(*reader, Transaction::Kind::kRead);
  const auto generation = mirror::find_generation(*reader, call.path[2], call.path[3]);
  if (!generation) return unknown_cohort(call);
  const auto member = mirror::find_member(*reader, *generation, call.path[5]);
  if (!member) {
    return api_error(404, "not_found",
                     fmt::format("{} is not a member of this cohort", for_message(call.path[5])));
  }
  std::string body;
  JsonWriter json(body);
  render_member(json, *member);
  return json_response(std::move(body));
}

}  // namespace bellwether::subscriber
