#include "cli/listing.hpp"

#include <cstdio>
#include <cstdlib>

#include <boost/json.hpp>

#include "base/encoding.hpp"
#include "cli/commands.hpp"
#include "cli/table.hpp"

namespace bellwether::cli {

namespace {

std::string text_of(const boost::json::value& item, const std::string& pointer) {
  boost::system::error_code missing;
  const boost::json::value* value = item.find_pointer(pointer, missing);
  if (value == nullptr || value->is_null()) return "";
  if (value->is_string()) return std::string(value->get_string());
  return boost::json::serialize(*value);
}

}  // namespace

std::string text_at(std::string_view item, const std::string& pointer) {
  boost::system::error_code wrong;
  const boost::json::value parsed = boost::json::parse(item, wrong);
  return wrong ? "" : text_of(parsed, pointer);
}

int print_list(const Remote& remote, const std::string& target, const std::vector<Column>& columns) {
  const auto body = remote.get(target);
  if (!body) return complain(body.error().message.c_str());
  if (remote.json) {
    std::puts(body->c_str());
    return EXIT_SUCCESS;
  }
  std::vector<std::string> heading;
  heading.reserve(columns.size());
  for (const Column& column : columns) heading.push_back(column.heading);
  Table table(std::move(heading));
  const boost::json::value parsed = boost::json::parse(replace_lone_surrogates(*body));
  for (const auto& item : parsed.at("data").as_array()) {
    std::vector<std::string> row;
    row.reserve(columns.size());
    for (const Column& column : columns) row.push_back(text_of(item, column.pointer));
    table.add(std::move(row));
  }
  std::fputs(table.to_string().c_str(), stdout);
  if (!parsed.at("next").is_null()) {
    std::fprintf(stderr, "there is more: --after %s\n", text_of(parsed, "/next").c_str());
  }
  return EXIT_SUCCESS;
}

}  // namespace bellwether::cli
