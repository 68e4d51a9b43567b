#pragma once

namespace bellwether::alerts {

/// Version 3: webhooks, alerts, what they fired and whom that was told.
extern const char* const kSchema;

}  // namespace bellwether::alerts
