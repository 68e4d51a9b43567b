#include "cli/import_job.hpp"

#include <array>
#include <filesystem>
#include <thread>

#include <fmt/format.h>

#include "base/encoding.hpp"
#include "base/json_writer.hpp"
#include "cli/import_answer.hpp"

namespace bellwether::cli {

namespace {

constexpr std::size_t kBatchEvents = 2000;
constexpr std::size_t kBatchBytes = 4UL << 20U;
constexpr std::array kPauses{std::chrono::seconds(1), std::chrono::seconds(2), std::chrono::seconds(4),
                             std::chrono::seconds(8), std::chrono::seconds(16)};

bool passes(const std::expected<net::ClientResponse, net::ClientFailure>& answer) {
  return !answer || answer->status == 429 || answer->status >= 500;
}

/// A longer line is not sent: with default settings the publisher takes no body of this size.
constexpr std::size_t kMaxRecordBytes = 16UL << 20U;
constexpr std::size_t kKeptOfLongRecord = 1024;

}  // namespace

ImportJob::ImportJob(const ImportTarget& target, std::string file, std::string rejects_file)
    : target_(target),
      file_(std::move(file)),
      progress_file_(file_ + ".import"),
      rejects_file_(std::move(rejects_file)),
      client_({.ca_file = target.ca_file}) {}

Result<ImportCounts> ImportJob::run(ImportSource& source) {
  ImportPosition last = load_progress();
  ProgressBar bar;
  Result<void> failed;
  const auto take = [&](std::string event, const ImportPosition& at) {
    if (event.size() > kMaxRecordBytes) {
      reject(at.records, "",
             fmt::format("a record of {} bytes; at most {} are sent", event.size(), kMaxRecordBytes),
             for_message(event, kKeptOfLongRecord));
      last = at;
      return true;
    }
    batch_bytes_ += event.size();
    batch_.push_back({at.records, std::move(event)});
    last = at;
    if (batch_.size() < kBatchEvents && batch_bytes_ < kBatchBytes) return true;
    failed = flush(at);
    bar.show(source.done(at), source.whole(),
             fmt::format("{} events, {} rejected", counts_.imported, counts_.rejected));
    return failed.has_value();
  };
  auto read = source.read(last, take);
  if (read && failed && !batch_.empty()) failed = flush(last);
  bar.show(source.done(last), source.whole(),
           fmt::format("{} events, {} rejected", counts_.imported, counts_.rejected));
  bar.finish();
  if (!read) return std::unexpected(read.error());
  if (!failed) return std::unexpected(failed.error());
  std::error_code ignored;
  std::filesystem::remove(progress_file_, ignored);
  return counts_;
}

ImportPosition ImportJob::load_progress() {
  std::ifstream stream(progress_file_);
  ImportPosition at;
  if (stream >> at.records >> at.bytes >> counts_.imported >> counts_.rejected) return at;
  counts_ = {};
  std::error_code ignored;
  std::filesystem::remove(rejects_file_, ignored);
  return {};
}

/// Replaced in one step, so that it is never half written.
void ImportJob::save_progress(const ImportPosition& at) {
  const std::string next = progress_file_ + ".new";
  std::ofstream(next) << fmt::format("{} {} {} {}\n", at.records, at.bytes, counts_.imported,
                                     counts_.rejected);
  std::error_code ignored;
  std::filesystem::rename(next, progress_file_, ignored);
}

Result<void> ImportJob::flush(const ImportPosition& at) {
  if (auto delivered = deliver(batch_); !delivered) return delivered;
  rejects_.flush();
  batch_.clear();
  batch_bytes_ = 0;
  save_progress(at);
  return {};
}

Result<void> ImportJob::deliver(std::span<const Pending> part) {
  if (part.empty()) return {};
  const auto answer = post(part);
  if (!answer) return fail(fmt::format("cannot reach {}: {}", target_.url, answer.error().message));
  const auto read = parse_import_answer(answer->body, part.size());
  const bool names_records = read && !read->failures.empty();
  if ((answer->status != 400 && answer->status != 413) || names_records) return take_answer(part, *answer);
  if (part.size() > 1) {
    const std::size_t half = part.size() / 2;
    if (auto delivered = deliver(part.first(half)); !delivered) return delivered;
    return deliver(part.subspan(half));
  }
  reject(part[0].record, "",
         fmt::format("the publisher answered {}: {}", answer->status, import_error(answer->body)),
         part[0].event);
  return {};
}

std::expected<net::ClientResponse, net::ClientFailure> ImportJob::post(std::span<const Pending> part) {
  net::ClientRequest request{.method = "POST",
                             .url = fmt::format("{}/import?strict=1&project_id={}", target_.url,
                                                to_percent_encoding(target_.project)),
                             .headers = {{"Content-Type", "application/x-ndjson"}},
                             .user = target_.user,
                             .password = target_.password,
                             .response_bytes = 64UL << 20U};
  for (const Pending& pending : part) request.body.append(pending.event).append("\n");
  auto answer = client_.send(request);
  for (const auto pause : kPauses) {
    if (!passes(answer)) break;
    std::this_thread::sleep_for(pause);
    answer = client_.send(request);
  }
  return answer;
}

Result<void> ImportJob::take_answer(std::span<const Pending> part, const net::ClientResponse& answer) {
  const auto read = parse_import_answer(answer.body, part.size());
  if (answer.status != 200 && (!read || read->failures.empty()))
    return fail(fmt::format("{} answered {}: {}", target_.url, answer.status, import_error(answer.body)));
  if (!read) {
    return fail(
        fmt::format("{} answered 200, but not as /import does: {}; is it the publisher's public listener?",
                    target_.url, read.error().message));
  }
  counts_.imported += read->imported;
  for (const ImportAnswer::Failure& failure : read->failures) {
    const Pending& pending = part[failure.index];
    reject(pending.record, failure.field, failure.message, pending.event);
  }
  return {};
}

void ImportJob::reject(std::uint64_t record, const std::string& field, const std::string& message,
                       const std::string& event) {
  ++counts_.rejected;
  if (!rejects_.is_open()) rejects_.open(rejects_file_, std::ios::app);
  std::string line;
  JsonWriter json(line);
  json.begin_object().key("record").value(record).key("field").value(field).key("message").value(message);
  json.key("event").value(event).end_object();
  rejects_ << line << '\n';
}

}  // namespace bellwether::cli
