#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "storage/object.h"

namespace crm {

struct PutOptions {
  bool if_absent = false;  ///< an object that is there stays; `commit` says conflict
  /// What will come: `commit` refuses anything else, a full disk is told at once.
  std::optional<std::uint64_t> size = {};
  std::string content_type = {};  ///< kept where the store can; else of no effect
};

/// An object on its way. Nothing can be seen of it before `commit`; destroyed before, it leaves nothing.
/// Threads: one at a time.
class ObjectWriter {
 public:
  virtual ~ObjectWriter() = default;
  /// Errors: limit_exceeded when the disk is full or more comes than was told, unavailable.
  virtual void write(std::string_view bytes) = 0;
  /// Makes the object visible, whole, in one step, and safe from a power cut. Call it once.
  /// Errors: invalid_input when the size is not what was told, conflict with `if_absent`, and those of
  /// `write`.
  virtual ObjectInfo commit() = 0;
};

/// A part on its way; until `commit`, the upload is without this part. Threads: one at a time.
class PartWriter {
 public:
  virtual ~PartWriter() = default;
  virtual void write(std::string_view bytes) = 0;
  virtual PartInfo commit() = 0;
};

/// The bytes of one object as it was when it was opened: a later put does not change them. Threads: one at a
/// time.
class ObjectReader {
 public:
  virtual ~ObjectReader() = default;
  /// Of the whole object.
  virtual const ObjectInfo& info() const = 0;
  /// Bytes of the range, after what was cut beyond the end.
  virtual std::uint64_t size() const = 0;
  /// At most `size` bytes; 0 is the end of the range. Errors: unavailable.
  virtual std::size_t read(char* into, std::size_t size) = 0;
};

struct GetOptions {
  ByteRange range = {};
  std::string if_match = {};  ///< an etag; empty: any. Another one: conflict
};

struct ListQuery {
  std::string prefix = {};
  std::string cursor = {};  ///< `ObjectPage::next` of the page before; empty: from the beginning
  std::size_t limit = kMaxPageObjects;
};

struct PutFileOptions {
  PutOptions put = {};
  bool consume = false;  ///< the file may be moved into the store; it is gone afterwards
};

struct NewUpload {
  std::string key = {};
  std::uint64_t part_size = 0;  ///< kMinPartBytes to kMaxPartBytes
  /// Of the whole: `complete_upload` refuses anything else, a full disk is told at once.
  std::optional<std::uint64_t> size = {};
  bool if_absent = false;
  std::string content_type = {};
};

struct SweepReport {
  std::uint64_t uploads = 0;
  std::uint64_t temporary_files = 0;
  std::uint64_t bytes = 0;
};

struct StoreCapabilities {
  bool presigned_urls = false;  ///< the presign functions answer
  bool local_files = false;     ///< `fetch` costs no copy where it can be a link
};

struct PresignGet {
  std::chrono::seconds expires{900};
  std::string download_name;  ///< file name that a browser shall use; empty: none
};

/// Whole objects under keys: a folder, or a bucket and a prefix.
///
/// An object appears whole or not at all, and is never changed in place. Keys follow `require_key`. Writers
/// and readers must not outlive their store.
///
/// Threads: any, all functions. Errors: invalid_input for a key, range or cursor that is none; not_found;
/// conflict; denied; limit_exceeded when the disk is full; unavailable when the store does not answer.
class ObjectStore {
 public:
  virtual ~ObjectStore() = default;

  virtual StoreCapabilities capabilities() const = 0;
  /// "file:/var/lib/crm-merge/files/a.csv", "s3://bucket/prefix/a.csv".
  virtual std::string uri(std::string_view key) const = 0;
  /// The key that a URI of this store names, taken as it stands (no %-escapes); nothing: another store's, or
  /// no key.
  virtual std::optional<std::string> key_of(std::string_view uri) const = 0;

  // --- whole objects

  virtual std::unique_ptr<ObjectWriter> put(const std::string& key, const PutOptions& options) = 0;
  /// Puts a file, in parallel parts where that is faster. A stop leaves nothing and throws cancelled.
  virtual ObjectInfo put_file(const std::string& key, const std::filesystem::path& file,
                              const PutFileOptions& options, std::stop_token stop) = 0;
  /// Errors: not_found; conflict when `if_match` differs; invalid_input for a range that begins beyond the
  /// end (0 of an empty object is none).
  virtual std::unique_ptr<ObjectReader> get(const std::string& key, const GetOptions& options) = 0;
  /// Makes `target`, which must not exist, hold the object, in parallel ranges where that is faster. The file
  /// may share its bytes with the store: never write to it. Errors: those of `get`; cancelled on a stop.
  virtual ObjectInfo fetch(const std::string& key, const std::filesystem::path& target,
                           const GetOptions& options, std::stop_token stop) = 0;
  /// Nothing: no such object.
  virtual std::optional<ObjectInfo> stat(const std::string& key) = 0;
  /// True if there was one.
  virtual bool remove(const std::string& key) = 0;
  virtual ObjectPage list(const ListQuery& query) = 0;
  /// Nothing: the store knows no limit.
  virtual std::optional<StoreSpace> space() = 0;

  // --- uploads in parts, which survive restarts

  virtual Upload create_upload(const NewUpload& upload) = 0;
  /// Nothing: no such upload (never begun, completed, aborted or swept).
  virtual std::optional<UploadInfo> find_upload(const Upload& upload) = 0;
  /// Part `number` (1 to kMaxParts) again or for the first time; `size` is what will come: part_size, for the
  /// last part 1 to part_size. The parts may come in any order and at the same time. Errors: not_found,
  /// invalid_input, conflict while the same part is being written elsewhere.
  virtual std::unique_ptr<PartWriter> put_part(const Upload& upload, int number, std::uint64_t size) = 0;
  /// Parts that are there, by number. Errors: not_found.
  virtual std::vector<PartInfo> list_parts(const Upload& upload) = 0;
  /// Makes the object of parts 1 to n. Repeating it after its answer was lost is all right as long as the
  /// object is there. An empty `parts` makes an empty object. Errors: not_found; invalid_input for a missing
  /// or other part or another size than was told; conflict with if_absent or while a part is being written.
  virtual ObjectInfo complete_upload(const Upload& upload, std::span<const Part> parts) = 0;
  /// Gives up; the space is free. True if there was such an upload.
  virtual bool abort_upload(const Upload& upload) = 0;

  // --- presigned URLs; Errors: invalid_config where `capabilities` says there are none

  virtual std::string presign_get(const std::string& key, const PresignGet& options) = 0;
  virtual std::string presign_part(const Upload& upload, int number, std::chrono::seconds expires) = 0;

  // --- janitor

  /// Removes what dead writers left and uploads without a new part for `uploads_idle_for`; never what is in
  /// use.
  virtual SweepReport sweep(std::chrono::milliseconds uploads_idle_for) = 0;
};

}  // namespace crm
