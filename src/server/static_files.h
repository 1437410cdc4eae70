#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "http/message.h"

namespace crm {

struct StaticFilesOptions {
  std::filesystem::path folder;
  /// Origins that the page may speak to beside this one, such as the store's that presigned URLs lead to.
  std::vector<std::string> connect_origins = {};
};

/// The page: the files of a folder, read once into memory, with the headers that a browser needs.
///
/// A file NAME.gz is the packed copy of NAME and sent to who takes gzip. Below /assets/ names hold a hash of the content, so
/// browsers keep those files for ever; everything else is asked for again (ETag). The page's own routes (/, /columns, /rules,
/// /jobs…) give index.html; so does any other address for a person, as 404.
///
/// Threads: any. Errors of the constructor: invalid_config where there is no index.html or too much beside it.
class StaticFiles {
 public:
  explicit StaticFiles(const StaticFilesOptions& options);
  /// The answer to a GET or HEAD that no route of the API takes; nothing: not found.
  std::optional<Response> answer(const Request& request) const;

 private:
  struct File {
    std::string type, etag, body, packed;  ///< packed: gzip'd; empty: none
    bool is_hashed = false;
  };

  Response response_of(const Request& request, const File& file, int status) const;

  std::map<std::string, File, std::less<>> files_;  // by path: "/assets/index-1a2b.js"
  std::string policy_;                               // the header Content-Security-Policy
};

/// The folder of the page that came with `program`: ../share/crm-merge/web beside an installed one, web/dist of the checkout
/// that it was built in; nothing: there is none.
std::optional<std::filesystem::path> page_folder_of(const std::filesystem::path& program);

/// "https://store.example.com:9000" of a URL; nothing where it has no host.
std::optional<std::string> origin_of(std::string_view url);

}  // namespace crm
