#include "cli/yaml_json.hpp"

#include <array>
#include <charconv>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <sstream>

#include <boost/json.hpp>
#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include "base/parse_error.hpp"

namespace bellwether::cli {

namespace {

namespace json = boost::json;

constexpr std::array<std::string_view, 3> kSecrets{"password", "secret", "token"};
constexpr int kDeepest = 64;
/// An alias counts as often as it is used: a few lines of aliases of aliases could fill any memory.
constexpr std::size_t kMaxNodes = 200'000;

[[noreturn]] void refuse(const YAML::Node& node, const std::string& message) {
  throw ParseError{"", fmt::format("{}: {}", node.Mark().line + 1, message)};
}

template <typename Number>
std::optional<Number> whole_number(const std::string& text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

/// A plain scalar means what YAML's core schema says; a quoted one is text.
json::value scalar(const YAML::Node& node) {
  const std::string& text = node.Scalar();
  if (node.Tag() == "!") return json::value(text);
  if (text == "true" || text == "True" || text == "TRUE") return true;
  if (text == "false" || text == "False" || text == "FALSE") return false;
  if (const auto number = whole_number<std::int64_t>(text)) return *number;
  if (const auto number = whole_number<double>(text)) return *number;
  return json::value(text);
}

std::string read_secret_file(const YAML::Node& node) {
  std::ifstream file(node.Scalar());
  std::stringstream text;
  text << file.rdbuf();
  if (!file) refuse(node, fmt::format("the file {} cannot be read", node.Scalar()));
  std::string secret = text.str();
  while (secret.ends_with('\n') || secret.ends_with('\r')) secret.pop_back();
  return secret;
}

std::string read_secret_variable(const YAML::Node& node) {
  const char* value = std::getenv(node.Scalar().c_str());
  if (value == nullptr) refuse(node, fmt::format("the environment variable {} is not set", node.Scalar()));
  return value;
}

/// True when the key says where a secret is: then it is in the object.
bool take_secret(json::object& object, const std::string& key, const YAML::Node& value) {
  for (const std::string_view secret : kSecrets) {
    if (key == std::string(secret) + "_env") {
      object[secret] = read_secret_variable(value);
      return true;
    }
    if (key == std::string(secret) + "_file") {
      object[secret] = read_secret_file(value);
      return true;
    }
  }
  return false;
}

/// `nodes` counts all that were converted.
json::value convert(const YAML::Node& node, int depth, std::size_t& nodes) {
  if (depth > kDeepest) refuse(node, fmt::format("nested more than {} levels deep", kDeepest));
  if (++nodes > kMaxNodes)
    refuse(node,
           fmt::format("the file has more than {} values, counted with what its aliases repeat", kMaxNodes));
  switch (node.Type()) {
    case YAML::NodeType::Scalar:
      return scalar(node);
    case YAML::NodeType::Sequence: {
      json::array array;
      for (const auto& item : node) array.push_back(convert(item, depth + 1, nodes));
      return array;
    }
    case YAML::NodeType::Map: {
      json::object object;
      for (const auto& item : node) {
        const std::string& key = item.first.Scalar();
        if (object.contains(key)) refuse(item.first, fmt::format("\"{}\" stands there twice", key));
        if (!take_secret(object, key, item.second)) object[key] = convert(item.second, depth + 1, nodes);
      }
      return object;
    }
    default:
      return nullptr;
  }
}

}  // namespace

Result<std::string> read_yaml_as_json(const std::string& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  if (!file) return fail(fmt::format("the file {} cannot be read", path));
  try {
    std::size_t nodes = 0;
    return json::serialize(convert(YAML::Load(text.str()), 0, nodes));
  } catch (const YAML::Exception& error) {
    return fail(fmt::format("{}:{}: {}", path, error.mark.line + 1, error.msg));
  } catch (const ParseError& wrong) {
    return fail(fmt::format("{}:{}", path, wrong.message));
  }
}

}  // namespace bellwether::cli
