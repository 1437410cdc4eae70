#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "base/error.h"
#include "storage/object_store.h"

// What every ObjectStore must do. The tests are in object_store_suite_test.cpp and upload_suite_test.cpp; an
// implementation's own test instantiates them:
//   INSTANTIATE_TEST_SUITE_P(Folder, ObjectStoreSuite, testing::Values(ObjectStoreMaker{"folder", make}),
//                            object_store_maker_name);
namespace crm {

/// One empty store, and a folder for files beside it.
class ObjectStoreHarness {
 public:
  virtual ~ObjectStoreHarness() = default;
  virtual ObjectStore& store() = 0;
  /// As after the process was started again.
  virtual void restart() = 0;
  /// Lets `span` pass, as far as the age of uploads goes.
  virtual void pass(std::chrono::milliseconds span) = 0;
  virtual std::filesystem::path scratch() = 0;
};

struct ObjectStoreMaker {
  std::string name;
  std::function<std::unique_ptr<ObjectStoreHarness>()> make;
};

inline void PrintTo(const ObjectStoreMaker& maker, std::ostream* out) { *out << maker.name; }
inline std::string object_store_maker_name(const testing::TestParamInfo<ObjectStoreMaker>& info) {
  return info.param.name;
}

class ObjectStoreSuite : public testing::TestWithParam<ObjectStoreMaker> {
 protected:
  static constexpr std::uint64_t kPart = kMinPartBytes;

  ObjectStore& store() { return harness_->store(); }
  ObjectStoreHarness& harness() { return *harness_; }

  ObjectInfo put(const std::string& key, std::string_view bytes, PutOptions options = {}) {
    const auto writer = store().put(key, options);
    writer->write(bytes);
    return writer->commit();
  }
  std::string read_all(ObjectReader& reader) {
    std::string bytes;
    char buffer[10'000];
    while (const std::size_t got = reader.read(buffer, sizeof buffer)) bytes.append(buffer, got);
    return bytes;
  }
  std::string get(const std::string& key, GetOptions options = {}) {
    return read_all(*store().get(key, options));
  }

  Upload begin(const std::string& key, std::optional<std::uint64_t> size = {}) {
    return store().create_upload({.key = key, .part_size = kPart, .size = size});
  }
  Part put_part(const Upload& upload, int number, std::string_view bytes) {
    const auto writer = store().put_part(upload, number, bytes.size());
    // In two writes, as a body comes.
    writer->write(bytes.substr(0, bytes.size() / 2));
    writer->write(bytes.substr(bytes.size() / 2));
    return {.number = number, .etag = writer->commit().etag};
  }

  static std::string bytes_of(std::uint64_t size, unsigned seed) {
    std::string bytes(size, '\0');
    std::uint64_t state = seed * 0x9E3779B97F4A7C15u + 1;
    for (char& byte : bytes) {
      state = state * 6364136223846793005u + 1442695040888963407u;
      byte = static_cast<char>(state >> 56);
    }
    return bytes;
  }

  std::vector<std::string> keys(const std::string& prefix = {}) {
    std::vector<std::string> found;
    for (const ObjectInfo& object : store().list({.prefix = prefix}).objects) found.push_back(object.key);
    return found;
  }

  template <class Action>
  static ErrorCode code_of(Action&& action) {
    try {
      action();
    } catch (const Error& error) {
      return error.code();
    }
    ADD_FAILURE() << "no error";
    return ErrorCode::internal;
  }

 private:
  std::unique_ptr<ObjectStoreHarness> harness_ = GetParam().make();
};

}  // namespace crm
