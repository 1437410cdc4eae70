#include "storage/folder_list.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <iterator>
#include <set>
#include <string>
#include <utility>

#include "base/error.h"
#include "storage/object_etag.h"
#include "storage/staging.h"

namespace crm {
namespace {

// Names of one folder looked at together; a larger folder is read again for each so many.
constexpr std::size_t kListBatch = 1000;

bool is_folder(int folder, const dirent& entry) {
  if (entry.d_type != DT_UNKNOWN) return entry.d_type == DT_DIR;
  struct stat status = {};
  return ::fstatat(folder, entry.d_name, &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(status.st_mode);
}

class Lister {
 public:
  explicit Lister(const ListQuery& query) : query_(query) {}

  /// Adds the objects below `folder`, whose keys all begin with `base`. False: the page is full.
  bool add(int folder, const std::string& base) {
    std::string last;
    for (;;) {
      const std::set<std::string> names = next_names(folder, base, last);
      for (const std::string& name : names) {
        if (!add_one(folder, base, name)) return false;
      }
      if (names.size() < kListBatch) return true;
      last = *names.rbegin();
    }
  }

  ObjectPage take() { return std::move(page_); }

 private:
  /// The first names after `last` that matter, folders with a `/` at their end: that sorts them among files
  /// as their keys do.
  std::set<std::string> next_names(int folder, const std::string& base, const std::string& last) const {
    std::set<std::string> names;
    staging::for_each_entry(folder, [&](const dirent& entry) {
      std::string name = entry.d_name;
      if (base.empty() && name == kReservedComponent) return;
      if (is_folder(folder, entry)) name += '/';
      if (name <= last || !may_matter(base + name)) return;
      names.insert(std::move(name));
      if (names.size() > kListBatch) names.erase(std::prev(names.end()));
    });
    return names;
  }

  bool may_matter(const std::string& path) const {
    if (path.ends_with('/')) {
      const bool under_prefix = path.starts_with(query_.prefix) || query_.prefix.starts_with(path);
      return under_prefix && (path > query_.cursor || query_.cursor.starts_with(path));
    }
    return path.starts_with(query_.prefix) && path > query_.cursor;
  }

  bool add_one(int folder, const std::string& base, const std::string& name) {
    if (name.ends_with('/')) {
      const UniqueFd inner = open_folder_at(folder, name.substr(0, name.size() - 1));
      return !inner || add(inner.get(), base + name);
    }
    const std::string key = base + name;
    if (!is_key(key)) return true;  // a name that no put could have made
    const UniqueFd file(::openat(folder, name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    struct stat status = {};
    if (!file || ::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) return true;
    if (page_.objects.size() == query_.limit) {
      page_.next = page_.objects.back().key;
      return false;
    }
    page_.objects.push_back(object_info(key, status, kept_etag(file.get(), status).value_or("")));
    return true;
  }

  static bool is_key(const std::string& key) {
    try {
      require_key(key);
      return true;
    } catch (const Error&) {
      return false;
    }
  }

  const ListQuery& query_;
  ObjectPage page_;
};

}  // namespace

ObjectPage list_folder(const StoreFolder& folder, const ListQuery& query) {
  require_prefix(query.prefix);
  if (!query.cursor.empty()) require_key(query.cursor);
  if (query.limit < 1 || query.limit > kMaxPageObjects) {
    throw Error(ErrorCode::invalid_input,
                "a page of objects has 1 to " + std::to_string(kMaxPageObjects) + " of them");
  }
  Lister lister(query);
  lister.add(folder.fd(), "");
  return lister.take();
}

}  // namespace crm
