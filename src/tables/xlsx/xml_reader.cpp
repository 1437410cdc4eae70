#include "tables/xlsx/xml_reader.h"

#include <expat.h>
#include <fmt/format.h>

#include <exception>
#include <memory>
#include <type_traits>

#include "base/error.h"

namespace crm {
namespace {

constexpr std::size_t kChunkBytes = 64 * 1024;

std::string_view local_name(std::string_view name) {
  const std::size_t colon = name.rfind(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

/// One run of the parser: nothing may be thrown through it.
class Run {
 public:
  Run(XmlHandler& handler, const std::string& name)
      : handler_(handler), name_(name), parser_(XML_ParserCreate(nullptr), &XML_ParserFree) {
    if (!parser_) throw Error(ErrorCode::limit_exceeded, "no memory to read " + name);
    XML_SetUserData(parser_.get(), this);
    XML_SetElementHandler(parser_.get(), &on_start, &on_end);
    XML_SetCharacterDataHandler(parser_.get(), &on_text);
    XML_SetStartDoctypeDeclHandler(parser_.get(), &on_doctype);
  }

  void feed(std::string_view bytes, bool last) {
    fed_ += bytes.size();
    const XML_Status status = XML_Parse(parser_.get(), bytes.data(), static_cast<int>(bytes.size()), last);
    if (failure_) std::rethrow_exception(failure_);
    if (status != XML_STATUS_OK) throw_damaged(XML_ErrorString(XML_GetErrorCode(parser_.get())));
    const auto at = static_cast<std::uint64_t>(XML_GetCurrentByteIndex(parser_.get()));
    if (at < fed_ && fed_ - at > kMaxXmlTokenBytes) throw_damaged("a tag is too long");
  }

 private:
  [[noreturn]] void throw_damaged(const std::string& details) const {
    throw Error(ErrorCode::invalid_input,
                fmt::format("cannot read {}: it is a damaged workbook; get the file again, or save it anew", name_), details);
  }

  template <class Act>
  static void guarded(void* data, const Act& act) noexcept {
    Run& run = *static_cast<Run*>(data);
    if (run.failure_) return;
    try {
      act(run);
    } catch (...) {
      run.failure_ = std::current_exception();
      XML_StopParser(run.parser_.get(), XML_FALSE);
    }
  }

  static void on_start(void* data, const char* name, const char** attributes) {
    guarded(data, [&](Run& run) {
      if (++run.depth_ > kMaxXmlDepth) run.throw_damaged("elements are nested too deep");
      run.handler_.start(local_name(name), XmlAttributes(attributes));
    });
  }
  static void on_end(void* data, const char* name) {
    guarded(data, [&](Run& run) {
      --run.depth_;
      run.handler_.end(local_name(name));
    });
  }
  static void on_text(void* data, const char* text, int size) {
    guarded(data, [&](Run& run) { run.handler_.text({text, static_cast<std::size_t>(size)}); });
  }
  static void on_doctype(void* data, const char*, const char*, const char*, int) {
    guarded(data, [](Run& run) { run.throw_damaged("it has a document type"); });
  }

  XmlHandler& handler_;
  const std::string& name_;
  std::unique_ptr<std::remove_pointer_t<XML_Parser>, void (*)(XML_Parser)> parser_;
  std::uint64_t fed_ = 0;
  int depth_ = 0;
  std::exception_ptr failure_;
};

}  // namespace

std::optional<std::string_view> XmlAttributes::find(std::string_view name) const {
  for (const char** pair = pairs_; *pair != nullptr; pair += 2) {
    if (local_name(*pair) == name) return pair[1];
  }
  return std::nullopt;
}

bool XmlAttributes::is_set(std::string_view name) const {
  const std::string_view value = get(name);
  return value == "1" || value == "true";
}

void parse_xml(ZipArchive::Part& part, XmlHandler& handler, const std::string& name, const std::stop_token& stop) {
  Run run(handler, name);
  std::string chunk(kChunkBytes, '\0');
  for (;;) {
    if (stop.stop_requested()) throw Error(ErrorCode::cancelled, "cancelled");
    const std::size_t got = part.read(chunk.data(), chunk.size());
    run.feed(std::string_view(chunk).substr(0, got), got == 0);
    if (got == 0) return;
  }
}

}  // namespace crm
