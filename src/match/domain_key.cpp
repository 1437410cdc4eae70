#include "match/domain_key.h"

#include <libpsl.h>
#include <unicode/bytestream.h>
#include <unicode/idna.h>

#include <algorithm>
#include <iterator>
#include <memory>
#include <optional>
#include <string>

#include "base/error.h"
#include "base/text.h"
#include "match/email_key.h"

namespace crm {
namespace {

constexpr std::string_view kFreeMailDomains[] = {
#include "match/free_mail_domains.inc"
};
static_assert(std::is_sorted(std::begin(kFreeMailDomains), std::end(kFreeMailDomains)));

constexpr std::size_t kMaxHost = 253, kMaxLabel = 63;

const psl_ctx_t* public_suffixes() {
  static const psl_ctx_t* const list = [] {
    const psl_ctx_t* builtin = psl_builtin();
    if (!builtin) {
      throw Error(ErrorCode::internal,
                  "this libpsl has no built-in public suffix list; install one built with it to match by domain");
    }
    return builtin;
  }();
  return list;
}

const icu::IDNA& idna() {
  static const std::unique_ptr<const icu::IDNA> instance = [] {
    UErrorCode status = U_ZERO_ERROR;
    std::unique_ptr<const icu::IDNA> made(icu::IDNA::createUTS46Instance(UIDNA_NONTRANSITIONAL_TO_ASCII, status));
    if (U_FAILURE(status) || !made) {
      throw Error(ErrorCode::internal, "ICU has no data for international domain names; is its data file installed?",
                  u_errorName(status));
    }
    return made;
  }();
  return *instance;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// RFC 3986, section 3.1. "see https" is text, not a scheme.
bool is_scheme(std::string_view text) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  return !text.empty() && is_letter(text.front()) && std::all_of(text.begin(), text.end(), [&](char c) {
    return is_letter(c) || is_digit(c) || c == '+' || c == '-' || c == '.';
  });
}

/// The host within a URL, an address or a host; may still be no host at all.
std::string_view host_of(std::string_view text) {
  text = trim(text);
  bool url = false;
  if (const std::size_t colon = text.find("://"); colon != std::string_view::npos && colon < text.find_first_of("/?#@")) {
    if (!is_scheme(text.substr(0, colon))) return {};
    text.remove_prefix(colon + 3);
    url = true;
  } else if (text.substr(0, 2) == "//") {
    text.remove_prefix(2);
    url = true;
  } else if (text.find('@') != std::string_view::npos && text.find('/') == std::string_view::npos) {
    const std::string_view address = bare_address(text);
    return address.substr(address.find('@') + 1);  // an empty address has no `@`: npos + 1 is 0
  }
  text = text.substr(0, text.find_first_of("/?#\\"));
  if (const std::size_t at = text.rfind('@'); at != std::string_view::npos) {
    if (!url) return {};
    text.remove_prefix(at + 1);
  }
  if (const std::size_t colon = text.rfind(':'); colon != std::string_view::npos) {
    const std::string_view port = text.substr(colon + 1);
    if (!std::all_of(port.begin(), port.end(), is_digit)) return {};
    text = text.substr(0, colon);
  }
  return text;
}

/// Appends `host` in lower case, international labels in their ASCII form; appends nothing if it has none.
void append_ascii_host(std::string_view host, std::string& out) {
  const bool ascii = std::all_of(host.begin(), host.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  if (ascii) return append_lower(host, out);
  UErrorCode status = U_ZERO_ERROR;
  icu::IDNAInfo info;
  std::string converted;
  icu::StringByteSink<std::string> sink(&converted);
  idna().nameToASCII_UTF8(icu::StringPiece(host.data(), static_cast<std::int32_t>(host.size())), sink, info, status);
  if (U_SUCCESS(status) && !info.hasErrors()) out.append(converted);
}

/// True for two or more labels of letters, digits, `-` and `_`, the last of which is no number (so no IP address).
bool is_host_name(std::string_view host) {
  std::size_t label = 0;
  bool dotted = false, number = true;
  for (const char c : host) {
    if (c == '.') {
      if (label == 0) return false;
      label = 0;
      dotted = number = true;
      continue;
    }
    if (!is_digit(c)) number = false;
    if (!is_digit(c) && !(c >= 'a' && c <= 'z') && c != '-' && c != '_') return false;
    if (++label > kMaxLabel) return false;
  }
  return dotted && label > 0 && !number;
}

/// Empty if there is none, or if it is a free mail provider's.
std::string registrable_domain(std::string_view host) {
  std::string ascii;
  append_ascii_host(host, ascii);
  if (ascii.size() > kMaxHost || !is_host_name(ascii)) return {};
  const char* const registrable = psl_registrable_domain(public_suffixes(), ascii.c_str());  // the end of `ascii`
  return registrable && !is_free_mail_domain(registrable) ? std::string(registrable) : std::string();
}

}  // namespace

bool is_free_mail_domain(std::string_view domain) {
  return std::binary_search(std::begin(kFreeMailDomains), std::end(kFreeMailDomains), domain);
}

void DomainKeys::add_key(std::string_view cell, KeyBuffer& keys) {
  std::string_view host = host_of(cell);
  if (!host.empty() && host.back() == '.') host.remove_suffix(1);
  if (host.empty() || host.size() > 4 * kMaxHost) return;
  if (!cache_) cache_ = std::make_unique<ValueCache>();
  if (const std::optional<std::string_view> known = cache_->find(host)) {
    keys.text().append(*known);
  } else {
    const std::string key = registrable_domain(host);
    cache_->put(host, key);
    keys.text().append(key);
  }
  if (!keys.pending().empty()) keys.finish();
}

}  // namespace crm
