#pragma once

#include "alerts/alert.hpp"
#include "base/markup.hpp"
#include "publisher/root_cause_analysis.hpp"

namespace bellwether::publisher {

/// The board that explains a bucket of an alert.
Markup render_root_cause(const alerts::Alert& alert, const RootCause& cause);

}  // namespace bellwether::publisher
