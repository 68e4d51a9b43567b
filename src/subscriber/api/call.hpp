#pragma once

#include "api/answer.hpp"
#include "api/call.hpp"
#include "storage/reader_pool.hpp"
#include "subscriber/api/api.hpp"

namespace bellwether::subscriber {

using api::Answer;
using api::api_error;
using api::ApiError;
using api::json_response;
using api::list_response;
using api::optional_value;
using api::text_response;

/// One call of the private listener, and what its answer is made of.
struct Call : api::Call {
  const Options& options;
  storage::ReaderPool& readers;
  const Metrics& metrics;
  const ApiProbes& probes;
};

}  // namespace bellwether::subscriber
