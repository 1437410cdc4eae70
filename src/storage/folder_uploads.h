#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/clock.h"
#include "storage/object_store.h"
#include "storage/store_folder.h"

namespace crm {

/// Uploads in parts, each a folder of the store's `uploads`:
///   upload   what is wanted; its presence makes the folder an upload
///   data     the bytes, every part at its place, so that completing is a rename and not a copy
///   part-N   etag and size of a part that is there
///   completed  the etag of the object that it became; all else but `upload` and `lock` is gone then
///   lock     byte N is locked by who writes part N, byte 0 by who ends the upload
///
/// Parts are not synced one by one. A record names the boot it was written in; after another start of the
/// machine the part is read and compared before it is believed.
///
/// Threads: any.
class FolderUploads {
 public:
  /// Both must outlive it.
  FolderUploads(const StoreFolder& folder, const Clock& clock) : folder_(folder), clock_(clock) {}

  Upload create(const NewUpload& wanted) const;
  std::optional<UploadInfo> find(const Upload& upload) const;
  std::unique_ptr<PartWriter> put_part(const Upload& upload, int number, std::uint64_t size) const;
  std::vector<PartInfo> list_parts(const Upload& upload) const;
  ObjectInfo complete(const Upload& upload, std::span<const Part> parts) const;
  bool abort(const Upload& upload) const;
  void sweep(std::chrono::milliseconds idle_for, SweepReport& report) const;

 private:
  struct Opened;
  /// An upload that goes on. Errors: not_found.
  Opened open(const Upload& upload) const;
  /// Completed ones too.
  std::optional<Opened> try_open(const Upload& upload) const;
  std::optional<ObjectInfo> completed_before(const Opened& upload, const std::string& etag) const;
  void mark_completed(const Opened& upload, const std::string& etag) const;
  void sweep_one(const std::string& id, std::chrono::milliseconds idle_for, SweepReport& report) const;
  /// Gone in one step; what is left of it is the janitor's, should this process die.
  void discard(const std::string& id, SweepReport& report) const;

  const StoreFolder& folder_;
  const Clock& clock_;
};

}  // namespace crm
