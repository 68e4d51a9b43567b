#include "ingestion/impl/list_editor.hpp"

#include <map>

#include <boost/json.hpp>

namespace bellwether::ingestion::impl {

namespace json = boost::json;

namespace {

void append_text(std::string& out, const json::value& value) {
  if (const auto* array = value.if_array()) {
    out += '[';
    for (const json::value& item : *array) {
      append_text(out, item);
      out += ',';
    }
    out += ']';
  } else if (const auto* object = value.if_object()) {
    std::map<std::string_view, const json::value*> sorted;
    for (const auto& [key, item] : *object) sorted.emplace(key, &item);
    out += '{';
    for (const auto& [key, item] : sorted) {
      out += json::serialize(json::string_view(key.data(), key.size()));
      out += ':';
      append_text(out, *item);
      out += ',';
    }
    out += '}';
  } else {
    out += json::serialize(value);
  }
}

}  // namespace

std::string canonical_text(const json::value& value) {
  std::string text;
  append_text(text, value);
  return text;
}

ListEditor::ListEditor(json::array items) {
  items_.reserve(items.size());
  for (json::value& item : items) items_.emplace_back(std::move(item));
}

void ListEditor::index() {
  if (indexed_) return;
  indexed_ = true;
  for (std::size_t i = 0; i < items_.size(); ++i) places_[canonical_text(*items_[i])].push_back(i);
}

void ListEditor::append(const json::value& item) {
  if (indexed_) places_[canonical_text(item)].push_back(items_.size());
  items_.emplace_back(item);
}

void ListEditor::unite(const json::array& items) {
  index();
  for (const json::value& item : items) {
    auto& places = places_[canonical_text(item)];
    if (!places.empty()) continue;
    places.push_back(items_.size());
    items_.emplace_back(item);
  }
}

void ListEditor::remove(const json::value& item) {
  index();
  const auto found = places_.find(canonical_text(item));
  if (found == places_.end()) return;
  for (const std::size_t place : found->second) items_[place].reset();
  places_.erase(found);
}

json::array ListEditor::finish() const {
  json::array list;
  list.reserve(items_.size());
  for (const auto& item : items_) {
    if (item) list.push_back(*item);
  }
  return list;
}

}  // namespace bellwether::ingestion::impl
