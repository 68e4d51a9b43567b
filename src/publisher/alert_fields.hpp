#pragma once

#include <string>

#include "alerts/alert.hpp"
#include "publisher/fields.hpp"

namespace bellwether::publisher {

/// Reads what people define of an alert beside its report and webhooks: name, creator, creator_email, metric,
/// segment, condition, frequency, windows, paused, emails. Fields that are not given keep the value that
/// `alert` has. Throws ParseError.
void read_into(alerts::Alert& alert, const Fields& fields);

/// The metric of an alert that names none: the report's first.
std::string first_metric(const reports::Definition& report);

}  // namespace bellwether::publisher
