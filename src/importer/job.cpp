#include "importer/job.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <thread>

#include <fmt/format.h>

#include "base/encoding.hpp"
#include "base/json_writer.hpp"

namespace bellwether::importer {

namespace {

using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr std::size_t kBatchEvents = 2000;
constexpr std::size_t kBatchBytes = 4UL << 20U;
constexpr std::array<Millis, 6> kPauses{seconds(1), seconds(2),  seconds(4),
                                        seconds(8), seconds(16), seconds(30)};
constexpr Millis kFirstContact = seconds(30);
constexpr Millis kLongestRetryAfter = std::chrono::minutes(5);
constexpr Millis kBetweenShows = seconds(1);
/// How often an answer that is not understood is asked for again.
constexpr std::size_t kStrangeTries = 2;

Millis since(steady_clock::time_point begin) {
  return std::chrono::duration_cast<Millis>(steady_clock::now() - begin);
}

std::uint32_t digest_of(std::string_view text) {
  Place place;
  place.move_behind(text);
  return place.digest;
}

}  // namespace

Job::Job(const Target& target, std::string file, std::string rejects_file, const std::string& terms,
         OnProgress on_progress)
    : target_(target),
      progress_file_(std::move(file) + ".import"),
      rejects_file_(std::move(rejects_file)),
      terms_(digest_of(terms)),
      on_progress_(std::move(on_progress)),
      client_({.ca_file = target.ca_file}) {}

std::expected<Counts, Stopped> Job::run(Source& source) {
  source_ = &source;
  const auto loaded = load_progress();
  if (!loaded) return std::unexpected(Stopped{.message = loaded.error().message, .by_file = true});
  const Position from = *loaded;
  Position last = from;
  Result<void> taken;
  const auto read = source.read(from, [&](Record&& record) {
    last = record.behind;
    taken = take(std::move(record));
    return taken.has_value();
  });
  if (taken) taken = flush(last);
  if (!taken) return std::unexpected(Stopped{.message = taken.error().message});
  if (!read) return std::unexpected(Stopped{.message = read.error().message, .by_file = true});
  show();
  std::error_code ignored;
  std::filesystem::remove(progress_file_, ignored);
  return counts_;
}

Result<Position> Job::load_progress() {
  std::ifstream stream(progress_file_);
  Position at;
  if (!(stream >> at.records >> at.place.bytes >> counts_.imported >> counts_.rejected)) {
    counts_ = {};
    std::error_code ignored;
    if (std::filesystem::is_regular_file(rejects_file_, ignored))
      std::filesystem::remove(rejects_file_, ignored);
    return Position();
  }
  // Version 0.1 noted neither.
  std::uint32_t terms = terms_;
  if (stream >> at.place.digest >> terms; terms == terms_) return at;
  return fail(fmt::format(
      "{} is of an import to another project or publisher, or with other options, that was cut off: give the same to go on with it, or "
      "delete the file to import from the start",
      progress_file_));
}

/// Replaced in one step, so that it is never half written.
void Job::save_progress(const Position& at) {
  const std::string next = progress_file_ + ".new";
  std::ofstream(next) << fmt::format("{} {} {} {} {} {}\n", at.records, at.place.bytes, counts_.imported,
                                     counts_.rejected, at.place.digest, terms_);
  std::error_code ignored;
  std::filesystem::rename(next, progress_file_, ignored);
}

Result<void> Job::take(Record record) {
  if (!record.event) {
    reject({record.behind.records, record.line, std::move(record.written)}, record.event.error());
    return {};
  }
  Pending pending{record.behind.records, record.line, *std::move(record.event)};
  batch_bytes_ += pending.event.size();
  batch_.push_back(std::move(pending));
  if (batch_.size() < kBatchEvents && batch_bytes_ < kBatchBytes) return {};
  return flush(record.behind);
}

Result<void> Job::flush(const Position& at) {
  TRY(deliver(batch_, kStrangeTries));
  if (counts_.rejected > 0 && !rejects_.flush())
    return fail(
        fmt::format("{} cannot be written; say where rejected records go: --rejects FILE", rejects_file_));
  batch_.clear();
  batch_bytes_ = 0;
  save_progress(at);
  show();
  return {};
}

Result<void> Job::deliver(std::span<const Pending> part, std::size_t strange_tries) {
  if (part.empty()) return {};
  const Verdict verdict = ask(part, part.size() == 1 ? kStrangeTries : strange_tries);
  switch (verdict.outcome) {
    case Outcome::kTaken:
      counts_.imported += verdict.answer.imported;
      for (const auto& [index, field, message] : verdict.answer.failures)
        reject(part[index], {field, message});
      return {};
    case Outcome::kStop:
    case Outcome::kBusy:
      return fail(fmt::format("{} {}", target_.url, verdict.message));
    case Outcome::kRefused:
    case Outcome::kStrange:
      break;
  }
  if (part.size() == 1) {
    reject(part[0], {"", "the publisher " + verdict.message});
    return {};
  }
  const std::size_t half = part.size() / 2;
  TRY(deliver(part.first(half), 0));
  return deliver(part.subspan(half), 0);
}

/// Waits out what passes. A strange answer is given back only when it is this part's: the publisher answers otherwise.
Verdict Job::ask(std::span<const Pending> part, std::size_t strange_tries) {
  for (std::size_t strange = 0;;) {
    Verdict verdict = post(part);
    if (verdict.outcome == Outcome::kStrange && strange++ >= strange_tries && publisher_answers()) {
      // It may have come back in between.
      verdict = post(part);
      if (verdict.outcome == Outcome::kStrange) return verdict;
    }
    if (verdict.outcome != Outcome::kStrange && verdict.outcome != Outcome::kBusy) {
      understood_ = true;
      waiting_since_.reset();
      return verdict;
    }
    if (!pause(verdict)) {
      verdict.outcome = Outcome::kBusy;
      return verdict;
    }
  }
}

Verdict Job::post(std::span<const Pending> part) {
  net::ClientRequest request{.method = "POST",
                             .url = fmt::format("{}/import?strict=1&project_id={}", target_.url,
                                                to_percent_encoding(target_.project)),
                             .headers = {{"Content-Type", "application/x-ndjson"}},
                             .user = target_.user,
                             .password = target_.password,
                             .response_bytes = 64UL << 20U};
  for (const Pending& pending : part) request.body.append(pending.event).append("\n");
  return judge(client_.send(request), part.size(), system_now());
}

/// Asked with a batch of nothing, which any publisher answers in a way that is understood.
bool Job::publisher_answers() {
  const Outcome outcome = post({}).outcome;
  return outcome == Outcome::kTaken || outcome == Outcome::kRefused;
}

/// False when it was waited long enough.
bool Job::pause(const Verdict& verdict) {
  if (!waiting_since_) {
    waiting_since_ = steady_clock::now();
    pauses_ = 0;
  }
  const Millis most = understood_ ? target_.wait : std::min(target_.wait, kFirstContact);
  const Millis wished = std::min(verdict.retry_after.value_or(Millis(0)), kLongestRetryAfter);
  const Millis pause = std::max(kPauses[std::min(pauses_++, kPauses.size() - 1)], wished);
  const Millis until = std::min(most, since(*waiting_since_) + pause);
  if (since(*waiting_since_) >= most) return false;
  for (Millis waited = since(*waiting_since_); waited < until; waited = since(*waiting_since_)) {
    show(fmt::format("{} {}", target_.url, verdict.message), waited);
    std::this_thread::sleep_for(std::min(until - waited, kBetweenShows));
  }
  return true;
}

void Job::reject(const Pending& record, const Fault& why) {
  if (!rejects_.is_open()) rejects_.open(rejects_file_, std::ios::app);
  ++counts_.rejected;
  std::string line;
  JsonWriter json(line);
  json.begin_object().key("record").value(record.record);
  if (record.line > 0) json.key("line").value(record.line);
  json.key("field")
      .value(why.field)
      .key("message")
      .value(why.message)
      .key("event")
      .value(record.event)
      .end_object();
  rejects_ << line << '\n';
}

void Job::show(const std::string& waiting_for, Millis waited) {
  on_progress_({.done = source_->done(),
                .whole = source_->whole(),
                .counts = counts_,
                .waiting_for = waiting_for,
                .waited = waited});
}

}  // namespace bellwether::importer
