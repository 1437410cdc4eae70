#include "server/stored_json.h"

#include <fmt/format.h>
#include <openssl/rand.h>

#include <array>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "storage/object_store.h"

namespace crm {

std::optional<nlohmann::ordered_json> load_record(ObjectStore& store, const std::string& key) {
  std::unique_ptr<ObjectReader> reader;
  try {
    reader = store.get(key, {});
  } catch (const Error& error) {
    if (error.code() == ErrorCode::not_found) return std::nullopt;
    throw;
  }
  if (reader->size() > kMaxRecordBytes)
    throw Error(ErrorCode::internal, "a record in the store is too large");
  std::string text(reader->size(), '\0');
  std::size_t got = 0;
  while (got < text.size()) {
    const std::size_t more = reader->read(text.data() + got, text.size() - got);
    if (more == 0) break;
    got += more;
  }
  auto record = nlohmann::ordered_json::parse(text, nullptr, false);
  if (record.is_discarded()) throw Error(ErrorCode::internal, "a record in the store is no JSON");
  return record;
}

void save_record(ObjectStore& store, const std::string& key, const nlohmann::ordered_json& record) {
  const std::string text = record.dump();
  PutOptions options;
  options.size = text.size();
  options.content_type = "application/json";
  const auto writer = store.put(key, options);
  writer->write(text);
  writer->commit();
}

std::string random_id() {
  std::array<unsigned char, 16> bytes{};
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) {
    throw Error(ErrorCode::unavailable, "the system gives no random numbers");
  }
  std::string text;
  for (const unsigned char byte : bytes) text += fmt::format("{:02x}", byte);
  return text;
}

}  // namespace crm
