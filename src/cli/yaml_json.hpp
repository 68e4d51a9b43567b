#pragma once

#include <string>

#include "base/error.hpp"

namespace bellwether::cli {

/// Reads a YAML file (one document, YAML's core types) as JSON. A secret (`password`, `secret`, `token`) can
/// be given as `password_env: NAME` or `password_file: PATH` instead: the value then comes from there,
/// without the line's end. Errors name the file and line.
Result<std::string> read_yaml_as_json(const std::string& path);

}  // namespace bellwether::cli
