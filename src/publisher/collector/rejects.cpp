#include "publisher/collector/rejects.hpp"

#include <algorithm>
#include <utility>

#include "base/log.hpp"

namespace bellwether::publisher {

namespace {

constexpr std::size_t kKept = 1000;
constexpr std::chrono::minutes kBetweenWarnings(1);

}  // namespace

void Rejects::add(std::string_view path, const std::vector<ingestion::Rejection>& rejections, Timestamp now) {
  if (rejections.empty()) return;
  const std::scoped_lock lock(mutex_);
  for (const ingestion::Rejection& rejection : rejections) keep(path, rejection, now);
}

void Rejects::add(std::string_view path, ingestion::Rejection rejection, Timestamp now) {
  const std::scoped_lock lock(mutex_);
  keep(path, std::move(rejection), now);
}

void Rejects::keep(std::string_view path, ingestion::Rejection rejection, Timestamp now) {
  ++counts_[{std::string(path), rejection.project_id, rejection.reason}];
  // What was repaired was taken.
  if (rejection.reason != ingestion::Reason::kRepaired) tell(path, rejection);
  entries_.push_back({++last_id_, now, std::string(path), std::move(rejection)});
  if (entries_.size() > kKept) entries_.pop_front();
}

void Rejects::tell(std::string_view path, const ingestion::Rejection& example) {
  ++untold_;
  const auto now = std::chrono::steady_clock::now();
  if (told_at_ && now - *told_at_ < kBetweenWarnings) return;
  log::warn("records were not taken; /v1/rejects of the private listener has the last thousand",
            {{"count", untold_},
             {"path", path},
             {"project", example.project_id},
             {"reason", ingestion::to_string(example.reason)}});
  untold_ = 0;
  told_at_ = now;
}

std::vector<Rejects::Entry> Rejects::list(const std::string& project_id,
                                          std::optional<std::int64_t> before_id, std::size_t limit) const {
  const std::scoped_lock lock(mutex_);
  std::vector<Entry> found;
  for (auto entry = entries_.rbegin(); entry != entries_.rend() && found.size() < limit; ++entry) {
    if (before_id && entry->id >= *before_id) continue;
    if (project_id.empty() || entry->what.project_id == project_id) found.push_back(*entry);
  }
  return found;
}

std::vector<Rejects::Entry> Rejects::after(std::int64_t id) const {
  const std::scoped_lock lock(mutex_);
  // The ids are consecutive.
  const auto behind = std::clamp<std::int64_t>(last_id_ - id, 0, static_cast<std::int64_t>(entries_.size()));
  return {entries_.end() - behind, entries_.end()};
}

std::int64_t Rejects::last_id() const {
  const std::scoped_lock lock(mutex_);
  return last_id_;
}

std::map<Rejects::Kind, std::uint64_t> Rejects::counts() const {
  const std::scoped_lock lock(mutex_);
  return counts_;
}

}  // namespace bellwether::publisher
