#include "cli/import_job.hpp"

#include <array>
#include <filesystem>
#include <thread>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "base/encoding.hpp"
#include "base/json_writer.hpp"

namespace bellwether::cli {

namespace {

namespace json = boost::json;

constexpr std::size_t kBatchEvents = 2000;
constexpr std::size_t kBatchBytes = 4UL << 20U;
constexpr std::array kPauses{std::chrono::seconds(1), std::chrono::seconds(2), std::chrono::seconds(4),
                             std::chrono::seconds(8), std::chrono::seconds(16)};

bool passes(const std::expected<net::ClientResponse, net::ClientFailure>& answer) {
  return !answer || answer->status == 429 || answer->status >= 500;
}

std::string text_at(const json::value& object, std::string_view key) {
  const json::value* value = object.is_object() ? object.get_object().if_contains(key) : nullptr;
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : "";
}

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
  if (read && failed) failed = flush(last);
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
  if (batch_.empty()) return {};
  net::ClientRequest request{.method = "POST",
                             .url = fmt::format("{}/import?strict=1&project_id={}", target_.url,
                                                to_percent_encoding(target_.project)),
                             .headers = {{"Content-Type", "application/x-ndjson"}},
                             .user = target_.user,
                             .password = target_.password,
                             .response_bytes = 64UL << 20U};
  request.body.reserve(batch_bytes_ + batch_.size());
  for (const Pending& pending : batch_) request.body.append(pending.event).append("\n");
  auto answer = client_.send(request);
  for (const auto pause : kPauses) {
    if (!passes(answer)) break;
    std::this_thread::sleep_for(pause);
    answer = client_.send(request);
  }
  if (!answer) return fail(fmt::format("cannot reach {}: {}", target_.url, answer.error().message));
  if (auto taken = take_answer(*answer); !taken) return taken;
  batch_.clear();
  batch_bytes_ = 0;
  save_progress(at);
  return {};
}

Result<void> ImportJob::take_answer(const net::ClientResponse& answer) {
  boost::system::error_code wrong;
  const json::value body = json::parse(answer.body, wrong);
  const json::value* imported =
      wrong || !body.is_object() ? nullptr : body.get_object().if_contains("num_records_imported");
  const json::value* failed = imported == nullptr ? nullptr : body.get_object().if_contains("failed_records");
  const bool read = imported != nullptr && (answer.status == 200 || failed != nullptr);
  if (!read)
    return fail(fmt::format("{} answered {}: {}", target_.url, answer.status, text_at(body, "error")));
  counts_.imported += imported->to_number<std::uint64_t>();
  if (failed == nullptr) return {};
  for (const json::value& record : failed->as_array()) {
    const auto index = record.at("index").to_number<std::size_t>();
    const Pending& pending = batch_.at(index);
    reject(pending.record, text_at(record, "field"), text_at(record, "message"), pending.event);
  }
  rejects_.flush();
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
