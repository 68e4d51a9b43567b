#pragma once

#include <string>

#include "net/http.hpp"

namespace bellwether::subscriber {

/// A request's headers as a JSON object, to be kept: values that may hold a secret are left out. `head` may be null.
std::string encode_headers(const net::RequestHead* head);

}  // namespace bellwether::subscriber
