// What a program can do with libcrm_merge: a merge with progress, a merge that is stopped, and questions to DuckDB.
//
// usage: example ORIGINAL ENRICHED FOLDER

#include <cstdio>
#include <exception>
#include <stop_token>
#include <string>
#include <thread>

#include <crm_merge/database.h>
#include <crm_merge/merge.h>
#include <crm_merge/version.h>

namespace {

crm_merge::MergeSpec rules(const std::string& original, const std::string& enriched, const std::string& out) {
  crm_merge::MergeSpec spec{.original = {.location = original}, .enriched = {{.location = enriched, .name = "vendor"}}};
  spec.on = {{crm_merge::Kind::email}};
  spec.rules["Job Title"] = {.on_conflict = crm_merge::ConflictPolicy::use_enriched};
  spec.outputs.merged = out;
  return spec;
}

void merge_with_progress(const crm_merge::MergeSpec& spec) {
  crm_merge::Merge merge(spec);
  std::printf("planned: %zu columns\n", merge.plan().columns.size());
  double last = 0;
  const crm_merge::MergeReport report = merge.run([&](const crm_merge::Progress& progress) { last = progress.fraction; });
  std::printf("merged: %llu rows, %llu of them changed, %llu matched, progress %.0f %%\n",
              static_cast<unsigned long long>(report.output_rows), static_cast<unsigned long long>(report.changed_rows),
              static_cast<unsigned long long>(report.matched_rows), last * 100);
  for (const crm_merge::InputReport& input : report.inputs) {
    std::printf("  %s: %llu rows, %llu rejected\n", input.name.c_str(), static_cast<unsigned long long>(input.rows),
                static_cast<unsigned long long>(input.rejected));
  }
}

/// Asks to stop as soon as there is progress; nothing is written then.
void merge_and_stop(const crm_merge::MergeSpec& spec) {
  std::stop_source stop;
  try {
    crm_merge::Merge(spec).run([&](const crm_merge::Progress&) { stop.request_stop(); }, stop.get_token());
  } catch (const crm_merge::Error& error) {
    std::printf("stopped: %s\n", crm_merge::error_code_name(error.code()));
  }
}

void ask_duckdb(const std::string& file, const std::string& out) {
  crm_merge::Database database({.memory_bytes = 256'000'000, .max_connections = 2});
  const crm_merge::ImportReport imported = database.connect().import_file(file, "people", {.max_rejects = 10});
  std::printf("imported: %llu rows, %zu columns\n", static_cast<unsigned long long>(imported.rows), imported.columns.size());

  // Another thread has a connection of its own.
  std::jthread counter([&] {
    crm_merge::Connection connection = database.connect();
    crm_merge::Rows rows = connection.query("SELECT match_quality, count(*) FROM people GROUP BY ALL ORDER BY ALL");
    while (rows.next()) {
      for (std::size_t row = 0; row < rows.size(); ++row) {
        std::printf("  %s: %lld\n", std::string(rows.text(row, 0)).c_str(), static_cast<long long>(rows.integer(row, 1)));
      }
    }
  });
  counter.join();
  const std::uint64_t written = database.connect().export_csv("SELECT * FROM people WHERE match_quality = 'matched'", out);
  std::printf("exported: %llu rows\n", static_cast<unsigned long long>(written));
  database.close();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return std::fprintf(stderr, "usage: example ORIGINAL ENRICHED FOLDER\n"), 2;
  const std::string folder = argv[3];
  try {
    std::printf("crm_merge %s\n", crm_merge::version());
    merge_with_progress(rules(argv[1], argv[2], folder + "/merged.csv"));
    merge_and_stop(rules(argv[1], argv[2], folder + "/never.csv"));
    ask_duckdb("file://" + folder + "/merged.csv", folder + "/matched.tsv.gz");
    return 0;
  } catch (const crm_merge::Error& error) {
    std::fprintf(stderr, "%s: %s\n", crm_merge::error_code_name(error.code()), error.what());
    return 1;
  }
}
