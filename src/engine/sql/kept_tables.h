#pragma once

#include <filesystem>

#include "engine/sql/shape.h"
#include "engine/sql/sql_session.h"

namespace crm {

/// The tables of --database: original, enriched_1…, enriched_consolidated, merged_result; and in the schema `named`
/// views of them under the names of the user's files and columns.
///
/// The file is made beside its place under another name, and renamed when all is done; what is left of it else is removed.
class KeptTables {
 public:
  /// Errors: conflict if there is a file at `path` that this program has not made; denied if nothing can be written there.
  KeptTables(const SqlShape& shape, std::vector<std::vector<std::string>> headers, std::filesystem::path path);
  ~KeptTables();
  KeptTables(const KeptTables&) = delete;
  KeptTables& operator=(const KeptTables&) = delete;

  const std::filesystem::path& working_path() const { return working_path_; }

  void create(SqlSession& session);
  /// original, or enriched_N: every row, in order.
  void keep_input(SqlSession& session, int input);
  /// Adds the records of a range of keys to enriched_consolidated.
  void keep_consolidated(SqlSession& session, int file, const RangeSql& range);
  /// Runs the query of a range and adds its rows to merged_result. Returns the query of what it gave.
  Sql keep_merged(SqlSession& session, duck::Connection& connection, const Sql& query, std::size_t output_columns);
  /// Adds the views, closes the file's tables and puts it in its place.
  void publish(SqlSession& session);

 private:
  void remove_working_files() const;

  const SqlShape& shape_;
  std::vector<std::vector<std::string>> headers_;  // of the original and the enriched files
  std::filesystem::path path_, working_path_;
};

}  // namespace crm
