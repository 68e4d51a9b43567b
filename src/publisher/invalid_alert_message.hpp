#pragma once

#include <string>

#include "alerts/alert_store.hpp"
#include "publisher/operator_notifier.hpp"

namespace bellwether::publisher {

/// Tells an alert's creator that it does not fit its report any more.
OperatorMessage invalid_alert_message(const alerts::FitChange& change, const std::string& report);

}  // namespace bellwether::publisher
