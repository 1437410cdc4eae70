#include "tables/xlsx/workbook.h"

#include <fmt/format.h>

#include <cstdlib>
#include <optional>
#include <utility>

#include "base/error.h"
#include "tables/xlsx/xml_reader.h"

namespace crm {
namespace {

// A workbook has some hundred sheets and some ten thousand styles at most.
constexpr std::size_t kMaxSheets = 10'000, kMaxStyles = 1'000'000, kMaxFormatBytes = 10'000;

struct Relation {
  std::string type;    ///< the last part of its address: "worksheet", "styles"
  std::string target;  ///< as a part's name
};

class RelationsHandler final : public XmlHandler {
 public:
  explicit RelationsHandler(std::string folder) : folder_(std::move(folder)) {}
  std::map<std::string, Relation> relations;  ///< by id

  void start(std::string_view name, const XmlAttributes& attributes) override {
    if (name != "Relationship" || attributes.get("TargetMode") == "External") return;
    const std::string_view type = attributes.get("Type");
    relations[std::string(attributes.get("Id"))] = {std::string(type.substr(type.rfind('/') + 1)),
                                                    part_name(attributes.get("Target"))};
  }
  void end(std::string_view) override {}
  void text(std::string_view) override {}

 private:
  /// Targets are relative to the folder, or absolute; some programs write backslashes.
  std::string part_name(std::string_view target) const {
    std::string path(target);
    for (char& c : path) c = c == '\\' ? '/' : c;
    if (path.starts_with('/')) return path.substr(1);
    std::string folder = folder_;
    while (path.starts_with("../") || path.starts_with("./")) {
      if (path.starts_with("../") && !folder.empty()) {
        folder.pop_back();
        folder.erase(folder.rfind('/') + 1);
      }
      path.erase(0, path.find('/') + 1);
    }
    return folder + path;
  }

  std::string folder_;  // with its slash, or empty
};

std::map<std::string, Relation> read_relations(const ZipArchive& zip, const std::string& part, const std::string& name,
                                               const std::stop_token& stop) {
  const std::size_t slash = part.rfind('/');
  const std::string folder = slash == std::string::npos ? "" : part.substr(0, slash + 1);
  const std::string relations_part = folder + "_rels/" + part.substr(folder.size()) + ".rels";
  RelationsHandler handler(folder);
  if (zip.has(relations_part)) parse_xml(*zip.open(relations_part), handler, name, stop);
  return std::move(handler.relations);
}

class WorkbookHandler final : public XmlHandler {
 public:
  WorkbookHandler(Workbook& workbook, const std::map<std::string, Relation>& relations)
      : workbook_(workbook), relations_(relations) {}
  bool is_workbook = false;

  void start(std::string_view name, const XmlAttributes& attributes) override {
    if (name == "workbook") is_workbook = true;
    if (name == "workbookPr") workbook_.from_1904 = attributes.is_set("date1904");
    if (name != "sheet" || workbook_.sheets.size() == kMaxSheets) return;
    const auto relation = relations_.find(std::string(attributes.get("id")));
    // Others are charts and macros: they have no cells.
    if (relation == relations_.end() || relation->second.type != "worksheet") return;
    const std::string_view state = attributes.get("state");
    workbook_.sheets.push_back({std::string(attributes.get("name")), relation->second.target, !state.empty() && state != "visible"});
  }
  void end(std::string_view) override {}
  void text(std::string_view) override {}

 private:
  Workbook& workbook_;
  const std::map<std::string, Relation>& relations_;
};

class StylesHandler final : public XmlHandler {
 public:
  explicit StylesHandler(std::vector<std::string>& codes) : codes_(codes) {}

  void start(std::string_view name, const XmlAttributes& attributes) override {
    if (name == "numFmt") {
      own_[number(attributes.get("numFmtId"))] = std::string(attributes.get("formatCode").substr(0, kMaxFormatBytes));
    } else if (name == "cellXfs") {
      in_cells_ = true;
    } else if (name == "xf" && in_cells_ && codes_.size() < kMaxStyles) {
      codes_.push_back(code(number(attributes.get("numFmtId"))));
    }
  }
  void end(std::string_view name) override {
    if (name == "cellXfs") in_cells_ = false;
  }
  void text(std::string_view) override {}

 private:
  static int number(std::string_view text) { return std::atoi(std::string(text).c_str()); }
  std::string code(int id) const {
    if (const auto found = own_.find(id); found != own_.end()) return found->second;
    const std::string_view builtin = builtin_format(id);
    return builtin.empty() ? "General" : std::string(builtin);
  }

  std::vector<std::string>& codes_;
  std::map<int, std::string> own_;
  bool in_cells_ = false;
};

[[noreturn]] void throw_unreadable(const std::string& name, const std::string& what) {
  throw Error(ErrorCode::invalid_input, fmt::format("cannot read {}: it {}", name, what));
}

/// The part that is the workbook.
std::string main_part(const ZipArchive& zip, const std::string& name, const std::stop_token& stop) {
  std::map<std::string, Relation> relations = read_relations(zip, "", name, stop);
  for (const auto& [id, relation] : relations) {
    if (relation.type == "officeDocument") return relation.target;
  }
  if (zip.has("xl/workbook.xml")) return "xl/workbook.xml";
  if (zip.has("Index/Document.iwa") || zip.has("Index.zip")) {
    throw_unreadable(name, "is a Numbers document; export it as CSV or Excel and give that file");
  }
  if (zip.has("META-INF/manifest.xml") && zip.has("content.xml")) {
    throw_unreadable(name, "is an OpenDocument file; save it as .xlsx or CSV and give that file");
  }
  throw_unreadable(name, "is a ZIP archive; unpack it and give the CSV file inside");
}

}  // namespace

Workbook read_workbook(const ZipArchive& zip, const std::string& name, const std::stop_token& stop) {
  const std::string part = main_part(zip, name, stop);
  if (part.ends_with(".bin")) {
    throw_unreadable(name, "is a binary Excel workbook (.xlsb); save it as .xlsx or CSV and give that file");
  }
  const std::map<std::string, Relation> relations = read_relations(zip, part, name, stop);
  Workbook workbook;
  WorkbookHandler handler(workbook, relations);
  parse_xml(*zip.open(part), handler, name, stop);
  if (!handler.is_workbook) {
    throw_unreadable(name, "is an Office document, but no workbook; give a workbook (.xlsx) or a CSV file");
  }
  if (workbook.sheets.empty()) throw_unreadable(name, "is a workbook without a sheet of cells");
  for (const auto& [id, relation] : relations) {
    if (relation.type == "sharedStrings" && zip.has(relation.target)) workbook.shared_strings_part = relation.target;
    if (relation.type != "styles" || !zip.has(relation.target)) continue;
    StylesHandler styles(workbook.format_codes);
    parse_xml(*zip.open(relation.target), styles, name, stop);
  }
  return workbook;
}

}  // namespace crm
