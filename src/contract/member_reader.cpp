#include "contract/member_reader.hpp"

#include "contract/impl/member_fields.hpp"

namespace bellwether::contract {

namespace ondemand = simdjson::ondemand;

struct MemberReader::Impl {
  impl::Parser parser;
  std::string properties;
};

MemberReader::MemberReader() : impl_(std::make_unique<Impl>()) {}
MemberReader::~MemberReader() = default;
MemberReader::MemberReader(MemberReader&&) noexcept = default;
MemberReader& MemberReader::operator=(MemberReader&&) noexcept = default;

std::expected<void, DecodeError> MemberReader::read(std::string_view members_json,
                                                    const std::function<void(const Member&)>& visit) {
  const DecodeLimits limits{.string_bytes = members_json.size()};  // they were checked when the page came
  std::string& properties = impl_->properties;
  try {
    ondemand::document document = impl_->parser.parse(members_json);
    ondemand::array members = document.get_array();
    for (auto item : members) {
      ondemand::value element = item.value();
      properties.assign(1, '{');
      const auto distinct_id = impl::read_member(
          element, {}, limits, impl::raw_text, [&](std::string_view key, std::string_view value) {
            if (properties.size() > 1) properties += ',';
            properties.append("\"").append(key).append("\":").append(value);
          });
      properties += '}';
      if (distinct_id) visit({*distinct_id, properties});
    }
    return {};
  } catch (const DecodeError& error) {
    return std::unexpected(error);
  } catch (const simdjson::simdjson_error& error) {
    return std::unexpected(DecodeError{{"", error.what()}, DecodeError::Kind::kMalformed});
  }
}

}  // namespace bellwether::contract
