#pragma once

#include <curl/curl.h>

namespace crm {

/// The functions of libcurl that are used here, by their own names without `curl_`.
///
/// The library is loaded when a client command first needs it: it brings some twenty others, which would cost every merge
/// 4 MB and some milliseconds.
struct CurlLibrary {
  decltype(&curl_global_init) global_init = nullptr;
  decltype(&curl_easy_init) easy_init = nullptr;
  decltype(&curl_easy_cleanup) easy_cleanup = nullptr;
  decltype(&curl_easy_reset) easy_reset = nullptr;
  decltype(&curl_easy_setopt) easy_setopt = nullptr;
  decltype(&curl_easy_perform) easy_perform = nullptr;
  decltype(&curl_easy_strerror) easy_strerror = nullptr;
  decltype(&curl_slist_append) slist_append = nullptr;
  decltype(&curl_slist_free_all) slist_free_all = nullptr;
};

/// Loads it at the first call and starts it. Threads: any. Errors: unavailable where it is not installed.
const CurlLibrary& curl_library();

}  // namespace crm
