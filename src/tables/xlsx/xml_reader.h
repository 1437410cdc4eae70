#pragma once

#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "tables/xlsx/zip_archive.h"

namespace crm {

/// A tag or its like may have so many bytes: a parser keeps all of it until it ends.
inline constexpr std::uint64_t kMaxXmlTokenBytes = 4u << 20;
/// Elements within each other.
inline constexpr int kMaxXmlDepth = 256;

/// The attributes of an element, by name without prefix.
class XmlAttributes {
 public:
  explicit XmlAttributes(const char** pairs) : pairs_(pairs) {}
  std::optional<std::string_view> find(std::string_view name) const;
  /// Empty where there is none.
  std::string_view get(std::string_view name) const { return find(name).value_or(std::string_view()); }
  /// "1" or "true".
  bool is_set(std::string_view name) const;

 private:
  const char** pairs_;
};

/// Hears of a document's elements and text, in order. Names come without prefix: the same element has another prefix, or
/// another namespace, in files of other programs.
class XmlHandler {
 public:
  virtual ~XmlHandler() = default;
  virtual void start(std::string_view name, const XmlAttributes& attributes) = 0;
  virtual void end(std::string_view name) = 0;
  /// Text may come in pieces.
  virtual void text(std::string_view text) = 0;
};

/// Parses a part to its end, with bounded memory. A document type, which no part of a workbook has, is refused.
/// `name` is the file's, for messages. Errors: invalid_input, cancelled, what the handler throws.
void parse_xml(ZipArchive::Part& part, XmlHandler& handler, const std::string& name, const std::stop_token& stop);

}  // namespace crm
