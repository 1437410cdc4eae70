#include "client/curl_library.h"

#include <dlfcn.h>

#include <fmt/format.h>

#include "base/error.h"

namespace crm {
namespace {

constexpr const char* kFile = "libcurl.so.4";

template <typename Function>
void take(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(::dlsym(library, name));
  if (!function) throw Error(ErrorCode::unavailable, fmt::format("{} has no {}; install libcurl 7.85 or newer", kFile, name));
}

CurlLibrary load() {
  void* const library = ::dlopen(kFile, RTLD_NOW | RTLD_LOCAL);
  if (!library) {
    const char* const why = ::dlerror();
    throw Error(ErrorCode::unavailable, fmt::format("{} cannot be loaded; install it (Debian: apt-get install libcurl4)", kFile),
                why ? why : "");
  }
  CurlLibrary curl;
  take(library, "curl_global_init", curl.global_init);
  take(library, "curl_easy_init", curl.easy_init);
  take(library, "curl_easy_cleanup", curl.easy_cleanup);
  take(library, "curl_easy_reset", curl.easy_reset);
  take(library, "curl_easy_setopt", curl.easy_setopt);
  take(library, "curl_easy_perform", curl.easy_perform);
  take(library, "curl_easy_strerror", curl.easy_strerror);
  take(library, "curl_slist_append", curl.slist_append);
  take(library, "curl_slist_free_all", curl.slist_free_all);
  if (curl.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) throw Error(ErrorCode::internal, "libcurl does not start");
  return curl;
}

}  // namespace

const CurlLibrary& curl_library() {
  static const CurlLibrary library = load();
  return library;
}

}  // namespace crm
