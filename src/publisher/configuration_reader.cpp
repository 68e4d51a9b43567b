#include <boost/json.hpp>
#include <fmt/format.h>

#include "publisher/alert_fields.hpp"
#include "publisher/configuration.hpp"
#include "publisher/fields.hpp"
#include "publisher/resources.hpp"

namespace bellwether::publisher {

namespace {

WantedProject read_wanted_project(const boost::json::value& value, const std::string& where) {
  WantedProject wanted;
  const Fields fields(
      value, where,
      {"id", "name", "time_zone", "priority_properties", "token", "secret", "service_accounts", "cohorts",
       "reports", "webhooks", "alerts", "destinations", "syncs"});
  wanted.project = read_project(fields, fields.text("id"));
  const auto each = [&](std::string_view name, auto&& read) {
    const auto items = fields.items(name);
    for (std::size_t i = 0; i < items.size(); ++i) read(*items[i], fmt::format("{}[{}]", fields.at(name), i));
  };
  each("cohorts", [&](const boost::json::value& item, const std::string& at) {
    const Fields cohort(item, at, {"name", "description", "definition"});
    wanted.cohorts.push_back(
        {cohort.text("name"), cohort.text_or("description", ""), cohort.json_or_empty("definition")});
  });
  each("reports", [&](const boost::json::value& item, const std::string& at) {
    const Fields report(item, at, {"name", "description", "definition"});
    wanted.reports.push_back(
        {report.text("name"), report.text_or("description", ""), report.json_or_empty("definition")});
  });
  each("webhooks", [&](const boost::json::value& item, const std::string& at) {
    const Fields webhook(item, at, {"name", "url", "user", "password", "enabled", "format"});
    wanted.webhooks.push_back({webhook.text("name"), webhook.text("url"), webhook.text_or("user", ""),
                               webhook.text_or("password", ""), webhook.flag_or("enabled", true),
                               read_webhook_format(webhook)});
  });
  each("alerts", [&](const boost::json::value& item, const std::string& at) {
    const Fields fields(item, at,
                        {"name", "report", "metric", "segment", "condition", "frequency", "windows", "paused",
                         "webhooks", "emails", "creator", "creator_email"});
    WantedAlert alert{fields.text("report"), fields.texts("webhooks"), {}};
    alert.alert.name = fields.text("name");
    if (!fields.has("condition")) throw ParseError{"", fields.at("condition") + " is missing"};
    read_into(alert.alert, fields);
    wanted.alerts.push_back(std::move(alert));
  });
  each("destinations", [&](const boost::json::value& item, const std::string& at) {
    const Fields destination(item, at, {"name", "url", "user", "password", "enabled"});
    wanted.destinations.push_back({destination.text("name"), destination.text("url"),
                                   destination.text_or("user", ""), destination.text_or("password", ""),
                                   destination.flag_or("enabled", true)});
  });
  each("syncs", [&](const boost::json::value& item, const std::string& at) {
    const Fields sync(item, at, {"cohort", "destination", "properties", "recurring", "owner"});
    wanted.syncs.push_back({sync.text("cohort"), sync.text("destination"), sync.texts("properties"),
                            sync.flag_or("recurring", true), sync.text_or("owner", "")});
  });
  return wanted;
}

}  // namespace

Configuration read_configuration(const boost::json::value& value) {
  const Fields fields(value, "", {"projects"});
  Configuration configuration;
  const auto items = fields.items("projects");
  for (std::size_t i = 0; i < items.size(); ++i)
    configuration.projects.push_back(read_wanted_project(*items[i], fmt::format("projects[{}]", i)));
  return configuration;
}

}  // namespace bellwether::publisher
