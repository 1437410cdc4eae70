#pragma once

#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "storage/object_etag.h"
#include "storage/staging.h"
#include "storage/store_folder.h"

// Objects as files: writers and readers.
namespace crm {

/// Writes to a staged file and publishes it.
class FileWriter final : public ObjectWriter {
 public:
  /// `folder` must outlive it.
  FileWriter(const StoreFolder& folder, std::string key, PutOptions options);
  void write(std::string_view bytes) override;
  ObjectInfo commit() override;

 private:
  const StoreFolder& folder_;
  const std::string key_;
  const PutOptions options_;
  staging::Entry entry_;
  ContentHash hash_;
  std::uint64_t size_ = 0;
};

class FileReader final : public ObjectReader {
 public:
  /// `file` is the opened object. Errors: as `ObjectStore::get`.
  FileReader(std::string_view key, UniqueFd file, const GetOptions& options);
  const ObjectInfo& info() const override { return info_; }
  std::uint64_t size() const override { return end_ - begin_; }
  std::size_t read(char* into, std::size_t size) override;

  int fd() const { return file_.get(); }

 private:
  UniqueFd file_;
  ObjectInfo info_;
  std::uint64_t begin_ = 0, end_ = 0, at_ = 0;
};

/// Makes `fd`'s bytes and etag safe, then an object.
ObjectInfo publish_file(const StoreFolder& folder, int from, const std::string& name, int fd,
                        std::string_view key, std::string etag, Replace replace);

/// Errors: limit_exceeded when `bytes` more would not fit on the store's disk.
void require_space(const StoreFolder& folder, std::uint64_t bytes);

/// Hands pages to the disk while a file is written, so that the sync at its end has little left to do.
/// `before` and `after` are the file's written size before and after a write.
void write_back(int fd, std::uint64_t before, std::uint64_t after);

}  // namespace crm
