// Whatever stands in a spec file is either understood or an error of usage that says where. What is understood as YAML is
// written again as scalars that mean the same.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>

#include "base/error.h"
#include "spec/spec_file.h"
#include "spec/spec_yaml.h"

namespace {

constexpr const char* kName = "fuzz.yaml";

[[noreturn]] void fail(std::string_view why, std::string_view text) {
  std::cerr << why << ": " << text << "\n";
  std::abort();
}

void check_error(const crm::Error& error) {
  if (error.code() != crm::ErrorCode::invalid_config) fail("not an error of usage", error.message());
}

void check_scalars(const crm::YamlNode& node) {
  if (node.kind == crm::YamlNode::Kind::scalar) {
    const std::string written = crm::yaml_scalar(node.text);
    const crm::YamlNode read = crm::parse_yaml("[" + written + "]", kName);
    if (read.items.size() != 1 || read.items[0].text != node.text) fail("a scalar that is written means another", written);
  }
  for (const auto& item : node.items) check_scalars(item);
  for (const auto& entry : node.entries) {
    check_scalars(entry.key);
    check_scalars(entry.value);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    check_scalars(crm::parse_yaml(text, kName));
  } catch (const crm::Error& error) {
    check_error(error);
  }
  try {
    crm::parse_spec(text, kName);
  } catch (const crm::Error& error) {
    check_error(error);
    if (!error.message().starts_with(kName)) fail("an error without a place", error.message());
  }
  return 0;
}
