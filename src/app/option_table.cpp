#include "app/options.h"

namespace crm {
namespace {

using enum OptionGroup;
using enum OptionTakes;

constexpr OptionRow kOptions[] = {
    // Files: what is read, and how.
    {"--delimiter", "", "[NAME=]C", files, many, false, "",
     "Field delimiter: one character, or comma, tab, semicolon, pipe. Detected unless given; NAME= is one file's name, "
     "its rank 1…, or original", kRuled},
    {"--delimiter", "", "[NAME=]C", files, many, false, "",
     "Field delimiter: one character, or comma, tab, semicolon, pipe. Detected unless given; NAME= is one file's name or its "
     "number",
     only(Command::inspect)},
    {"--delimiter", "", "[NAME=]C", files, many, false, "",
     "Field delimiter: one character, or comma, tab, semicolon, pipe. Detected unless given; NAME= is A or B, or a file's own "
     "name",
     only(Command::compare)},
    {"--encoding", "", "[NAME=]E", files, many, false, "",
     "Character encoding, such as utf-8, windows-1252, utf-16le. Detected unless given", kReading | only(Command::submit)},
    {"--no-header", "", "=NAME", files, value_or_none, false, "",
     "The first record is data: columns are called column_1, column_2… Without NAME it holds for every file", kReading | only(Command::submit)},
    {"--max-record-bytes", "", "SIZE", files, one, false, "",
     "A record may be this long; a quote that is not closed by then is rejected (default: 64MiB)", kReading | only(Command::submit)},
    {"--blank", "", "LIST", files, list, false, "",
     "Values that mean no value, such as \"N/A,null,-\". Empty cells and white space always do", kReading | only(Command::submit)},
    {"--rejects", "", "FILE", files, one, false, "",
     "Set records that cannot be read aside in FILE and go on. Without it the first of them is an error", kRuled | only(Command::compare)},
    {"--max-rejects", "", "N", files, one, false, "", "Give up when more than N records are set aside", kRuled | only(Command::compare)},

    // Matching: which rows belong together.
    {"--on", "", "LIST", matching, list, false, "",
     "Identifiers, in order: email, phone, linkedin, domain, id, exact, or columns of the original with a kind: "
     "\"Email|Email 2:email,Record ID:id\". Default: a shared record id, then email, then linkedin"},
    {"--match", "", "any|all", matching, one, false, "",
     "any: the first identifier that finds a row (default); all: every identifier must agree"},
    {"--max-shared", "", "KIND=N", matching, many, false, "",
     "A key on more than N rows of one file matches nobody, 0 is no limit (default: phone=5; others: no limit)"},
    {"--columns-for", "", "KIND=LIST", matching, many, false, "",
     "What a match by company (domain or linkedin) may fill beside an identifier of a person"},
    {"--region", "", "CC", matching, one, false, "", "Country of phone numbers without a country code (default: US)", kReading | only(Command::submit)},
    {"--email-aliases", "", "", matching, nothing, false, "",
     "name+tag@ is name@, and dots do not count in Gmail addresses", kRuled | only(Command::compare)},

    // Columns: which column is which, and which come out.
    {"--map", "", "[NAME:]THEIRS=OURS", columns, many, false, "",
     "Their column is our column; #3 is the third. Wins over equal names and synonyms"},
    {"--no-auto-map", "", "", columns, nothing, false, "",
     "No synonyms: \"Title\" is not \"Job Title\" unless --map says so", kRuled},
    {"--no-auto-map", "", "", columns, nothing, false, "",
     "No synonyms: show \"Title\" and \"Job Title\" as columns that do not meet", only(Command::inspect)},
    {"--columns", "", "LIST", columns, list, false, "", "The new columns to add, in this order (default: all)"},
    {"--drop", "", "LIST", columns, list, false, "", "New columns to leave out"},
    {"--id", "", "COLUMN", columns, one, false, "",
     "The original's record id, for --changes, --provenance and --conflicts. Detected unless given"},
    {"--match-column", "", "NAME|none", columns, one, false, "",
     "Name of the column that says matched or unmatched (default: match_quality)"},
    {"--explain-columns", "", "", columns, nothing, false, "", "Add matched_on, match_score and enriched_from"},

    // Choosing values: among enriched rows, then against the original.
    {"--strategy", "", "S", values, one, false, "",
     "Among several enriched values: first (default), last, longest, most_complete, most_recent, most_frequent, concat"},
    {"--strategy-for", "", "COLUMN=S", values, many, false, "", "The strategy for one column"},
    {"--prefer", "", "COLUMN=NAMES", values, many, false, "",
     "For one column these files come first: \"Phone=zoominfo,apollo\""},
    {"--separator", "", "TEXT", values, one, false, "", "Between the values of concat (default: \"; \")"},
    {"--recency", "", "COLUMN", values, one, false, "", "The date that most_recent goes by, ISO 8601"},
    {"--recency-format", "", "FORMAT", values, one, false, "", "How those dates are written, such as %d.%m.%Y"},
    {"--on-conflict", "", "POLICY", values, one, false, "",
     "The original's value against the enriched one: keep_original (default: fills blanks only), use_enriched, "
     "create_alternate, original_only"},
    {"--on-conflict-for", "", "COLUMN=POLICY", values, many, false, "", "The policy for one column"},
    {"--alternate-suffix", "", "TEXT", values, one, false, "",
     "Ending of the columns of create_alternate (default: _enriched)"},

    // Rules in a file: all of the above under the same names, without dashes.
    {"--spec", "", "FILE.yaml", rules, one, false, "",
     "Take options from FILE, each under its name without dashes. What is typed wins, column by column where an option "
     "is for columns. Files that are given here take the place of the spec's; its paths are relative to it"},
    {"--save-spec", "", "FILE.yaml", rules, one, false, "",
     "Write the rules in force: with the identifiers, synonyms and protected columns that were found", kMerging},

    // Outputs: the merged file and what stands beside it.
    {"--output", "-o", "FILE", outputs, one, false, "",
     "The merged file: .csv, .tsv, .jsonl (.gz or .zst on top) or .parquet; - is standard output", kMerging},
    {"--output", "-o", "FILE", outputs, one, false, "",
     "The merged file, .csv or .tsv (.gz or .zst on top): waited for, and brought here", only(Command::submit)},
    {"--output", "-o", "FILE", outputs, one, false, "",
     "The merged file (default, where no other is asked for: in this folder, under the service's name)", only(Command::fetch)},
    {"--excel-safe", "", "FILE", outputs, one, false, "",
     "A second copy of the merged file for spreadsheets: BOM, CRLF, and an apostrophe before what they would run as a formula",
     kMerging},
    {"--report", "", "FILE", outputs, many, false, "",
     "What was found, decided and done: .json for programs, .html a page for people. One of each may be given", kMerging},
    {"--report", "", "FILE", outputs, one, false, "", "What was found, decided and done, as JSON", kFetching},
    {"--changes", "", "FILE", outputs, one, false, "",
     "Only what changed, by record id, for import into the CRM", kRuled | kFetching},
    {"--provenance", "", "FILE", outputs, one, false, "", "Where each changed cell came from", kRuled | kFetching},
    {"--conflicts", "", "FILE", outputs, one, false, "", "Cells for which the files disagree", kRuled | kFetching},
    {"--unmatched-enriched", "", "FILE", outputs, one, false, "",
     "Net-new: enriched records that the original does not have", kRuled | kFetching},
    {"--rejects", "", "FILE", outputs, one, false, "", "Records that could not be read", only(Command::fetch)},
    {"--wait", "", "", outputs, nothing, false, "", "Follow the job to its end also where no file is asked for",
     only(Command::submit)},
    {"--dry-run", "", "", outputs, nothing, false, "", "Do all but write: the summary, and --report if given", kMerging},

    // The service: where it is, and as whom it is asked.
    {"--server", "", "URL", asking, one, false, "CRM_MERGE_SERVER",
     "The service (default: http://127.0.0.1:8080)", kAsking},
    {"--server", "", "URL", asking, one, false, "",
     "Look at the service there instead: does it answer, which version, whose token, which time", only(Command::doctor)},
    {"--token-from", "", "FILE", asking, one, false, "CRM_MERGE_TOKEN_FROM",
     "The token is the first line of FILE. Or it is in $CRM_MERGE_TOKEN; no option takes it, because others on this machine "
     "can read what is typed", kAsking | only(Command::doctor)},
    {"--ca-file", "", "FILE", asking, one, false, "CRM_MERGE_CA_FILE",
     "The authorities (PEM) that a https service's certificate is checked against (default: the system's)",
     kAsking | only(Command::doctor)},
    {"--data", "", "FOLDER", asking, one, false, "",
     "Look at a service's data folder instead: version, space, the queue's integrity", only(Command::doctor)},
    {"--queue", "", "URL", asking, one, false, "",
     "Look at the Redis server of a queue instead: redis://HOST:PORT/DB", only(Command::doctor)},

    // Looking.
    {"--sample", "", "N", looking, one, false, "",
     "Read about the first N rows of each file only, and say so (default: all)", only(Command::inspect)},
    {"--state", "", "LIST", looking, list, false, "",
     "Only jobs that are waiting, active, delayed, completed, failed or cancelled", only(Command::jobs)},
    {"--search", "", "TEXT", looking, one, false, "", "Only jobs with TEXT in id, name, submitter or data", only(Command::jobs)},
    {"--limit", "", "N", looking, one, false, "", "At most N jobs, the newest (default: 50)", only(Command::jobs)},
    {"--json", "", "", looking, nothing, false, "", "Print JSON for programs: a list of the API's JobSummary", only(Command::jobs)},
    {"--json", "", "", looking, nothing, false, "", "Print JSON for programs (docs/inspect.md describes it)",
     only(Command::inspect)},
    {"--json", "", "", looking, nothing, false, "", "Print JSON for programs (docs/doctor.md describes it)",
     only(Command::doctor)},

    // Comparing.
    {"--key", "", "LIST", comparing, list, false, "",
     "The columns that tell which rows belong together. Their bytes must be equal, unless a kind is said by which they are "
     "normalized: \"Email:email,Company:exact\" (default: the record id, if both files have it)",
     only(Command::compare)},
    {"--only", "", "LIST", comparing, list, false, "", "Compare these columns alone (default: all)", only(Command::compare)},
    {"--ignore", "", "LIST", comparing, list, false, "", "Columns that may differ, or be missing", only(Command::compare)},
    {"--ordered", "", "", comparing, nothing, false, "",
     "Another order of rows or columns is a difference too. Without it it is told, and counts for nothing",
     only(Command::compare)},
    {"--output", "-o", "FILE", comparing, one, false, "",
     "Every difference, a line each: .csv or .tsv, .gz or .zst on top; - is standard output, the summary is then on standard "
     "error",
     only(Command::compare)},
    {"--json", "", "", comparing, nothing, false, "", "Print the summary as JSON for programs (docs/compare.md describes it)",
     only(Command::compare)},

    // The service: where it listens.
    {"--listen", "", "ADDRESS:PORT", listening, one, false, "CRM_MERGE_LISTEN",
     "Where the service listens; another address than this machine's own needs --token-file (default: 127.0.0.1:8080)",
     only(Command::serve)},
    {"--tls-cert", "", "FILE", listening, one, false, "CRM_MERGE_TLS_CERT",
     "Serve https with this certificate chain (PEM), and --tls-key", only(Command::serve)},
    {"--tls-key", "", "FILE", listening, one, false, "CRM_MERGE_TLS_KEY", "The certificate's private key (PEM)",
     only(Command::serve)},
    {"--metrics-bind", "", "ADDRESS:PORT", listening, one, false, "CRM_MERGE_METRICS_BIND",
     "Serve /metrics, /healthz and /readyz there too, without a token", kServing},
    {"--max-connections", "", "N", listening, one, false, "CRM_MERGE_MAX_CONNECTIONS",
     "Connections at once; more are told to come later (default: 2048)", only(Command::serve)},
    {"--ui-dir", "", "FOLDER", listening, one, false, "CRM_MERGE_UI_DIR",
     "The files of the web page (default: those that came with crm-merge)", only(Command::serve)},

    // Who may call it.
    {"--token-file", "", "FILE", access, one, false, "CRM_MERGE_TOKEN_FILE",
     "Who may call: a line \"name role hash\" each, as crm-merge token prints it; role is read or write. It is read again "
     "when it changes", only(Command::serve)},
    {"--host", "", "NAME", access, many, false, "CRM_MERGE_HOST",
     "A name under which browsers reach the service, beside localhost and addresses", only(Command::serve)},
    {"--origin", "", "URL", access, many, false, "CRM_MERGE_ORIGIN",
     "Pages elsewhere that may call the service, such as https://tools.example.com", only(Command::serve)},
    {"--allow-sources", "", "LIST", access, list, false, "CRM_MERGE_ALLOW_SOURCES",
     "file: jobs may name files of this machine (file:/…) beside those of the store (default: none)", kServing},

    // Jobs.
    {"--data", "", "FOLDER", jobs, one, false, "CRM_MERGE_DATA",
     "Folder of the queue, the files and the work in progress (default: ~/.local/share/crm-merge)", kServing | kKeeping},
    {"--queue", "", "URL", jobs, one, false, "CRM_MERGE_QUEUE",
     "Where jobs wait: sqlite:PATH, or redis://HOST:PORT/DB, shared with Node applications through BullMQ (default: Redis at "
     "$REDIS_HOST and $REDIS_PORT where they are set, else queue.db in --data)", kServing},
    {"--queue-name", "", "NAME", jobs, one, false, "CRM_MERGE_QUEUE_NAME",
     "In Redis: the queue's name, as in new Queue(NAME) (default: crm-merge)", kServing},
    {"--prefix", "", "PREFIX", jobs, one, false, "CRM_MERGE_QUEUE_PREFIX",
     "In Redis: what the queue's keys begin with (default: bull)", kServing},
    {"--bullmq-dir", "", "FOLDER", jobs, one, false, "CRM_MERGE_BULLMQ_DIR",
     "In Redis: take the scripts of this installed npm package bullmq (default: those of 6.7.0 and 5.81.5 that came along)", kServing},
    {"--store", "", "file:PATH", jobs, one, false, "CRM_MERGE_STORE",
     "Where uploads and results lie (default: files in --data)", kServing},
    {"--no-worker", "", "", jobs, nothing, false, "", "API and page only; crm-merge worker does the jobs",
     only(Command::serve)},
    {"--concurrency", "", "N", jobs, one, false, "CRM_MERGE_CONCURRENCY WORKER_CONCURRENCY",
     "Jobs at once (default: 3; fewer where --process-memory is short)", kServing},
    {"--job-memory", "", "SIZE", jobs, one, false, "CRM_MERGE_JOB_MEMORY DUCKDB_MEMORY_LIMIT",
     "Memory of each job (default: 512MB)", kServing},
    {"--job-threads", "", "N", jobs, one, false, "CRM_MERGE_JOB_THREADS DUCKDB_THREADS",
     "Threads of each job (default: processors less one, at least 1)", kServing},
    {"--process-memory", "", "SIZE", jobs, one, false, "CRM_MERGE_PROCESS_MEMORY",
     "Memory of all jobs together (default: 80 % of what the machine or its control group gives)", kServing},
    {"--limiter", "", "N/TIME", jobs, one, false, "CRM_MERGE_LIMITER",
     "At most N jobs begin in each TIME, over all workers; none: no limit (default: 10/1s)", kServing},
    {"--lock-duration", "", "TIME", jobs, one, false, "CRM_MERGE_LOCK_DURATION WORKER_LOCK_DURATION",
     "A worker that is silent for so long has lost its job (default: 60s; a plain number is milliseconds)", kServing},
    {"--stalled-interval", "", "TIME", jobs, one, false, "CRM_MERGE_STALLED_INTERVAL",
     "How often jobs of dead workers are looked for (default: 30s)", kServing},
    {"--max-stalled", "", "N", jobs, one, false, "CRM_MERGE_MAX_STALLED",
     "A job whose worker dies more often than that fails (default: 3)", kServing},
    {"--drain-timeout", "", "TIME", jobs, one, false, "CRM_MERGE_DRAIN_TIMEOUT",
     "After SIGTERM: time for jobs to finish before they are handed back (default: 25s)", kServing},
    {"--job-name", "", "NAME", jobs, one, false, "CRM_MERGE_JOB_NAME",
     "Name of the jobs that are submitted here (default: merge)", only(Command::serve)},

    // For how long, and how much.
    {"--retain-uploads", "", "TIME", keeping, one, false, "CRM_MERGE_RETAIN_UPLOADS",
     "Uploads that no waiting job needs are deleted after TIME; forever keeps them (default: 7d)", only(Command::serve)},
    {"--retain-results", "", "TIME", keeping, one, false, "CRM_MERGE_RETAIN_RESULTS",
     "Completed jobs and their files are deleted after TIME (default: 30d)", only(Command::serve)},
    {"--retain-failed", "", "TIME", keeping, one, false, "CRM_MERGE_RETAIN_FAILED",
     "Failed and cancelled jobs are deleted after TIME (default: 7d)", only(Command::serve)},
    {"--max-upload-size", "", "SIZE", keeping, one, false, "CRM_MERGE_MAX_UPLOAD_SIZE",
     "The largest file that is taken (default: 100GB)", only(Command::serve)},
    {"--data-quota", "", "SIZE", keeping, one, false, "CRM_MERGE_DATA_QUOTA",
     "Uploads and results together; an upload that would pass it is refused (default: what the disk has)",
     only(Command::serve)},
    {"--audit-log", "", "FILE|none", keeping, one, false, "CRM_MERGE_AUDIT_LOG",
     "Who asked for which change, a line each (default: audit.log in --data)", only(Command::serve)},

    // Running.
    {"--config", "", "FILE.yaml", running, one, false, "CRM_MERGE_CONFIG",
     "Take options from FILE, each under its name without dashes. What is typed wins, then the environment", kServing},
    {"--print-config", "", "", running, nothing, false, "", "Print the options in force as such a file, and end", kServing},
    {"--log-format", "", "text|json", running, one, false, "CRM_MERGE_LOG_FORMAT",
     "How events are told on standard error, one a line (default: text)", kServing},
    {"--engine", "", "stream|sql", running, one, false, "CRM_MERGE_ENGINE",
     "How jobs are done: stream (default) or sql", kServing},
    {"--temp-dir", "", "FOLDER", running, one, false, "CRM_MERGE_TEMP_DIR DUCKDB_TEMP_DIR",
     "Where jobs spill (default: their folder in --data)", kServing},
    {"--engine", "", "stream|sql", running, one, false, "",
     "stream (default) is fast and keeps to the memory limit; sql does the same in DuckDB, readable step by step", kMerging},
    {"--database", "", "FILE", running, one, false, "",
     "With --engine sql: keep the tables there (original, enriched_1…, merged_result)", kMerging},
    {"--sql", "", "", running, nothing, true, "", "Print the SQL that --engine sql would run", kMerging},
    {"--memory-limit", "", "SIZE", running, one, false, "CRM_MERGE_MEMORY_LIMIT",
     "Peak memory of the whole process, at least 96MB and more for cells of many MB (default: 512MB)",
     kMerging | only(Command::compare) | only(Command::doctor)},
    {"--threads", "", "N", running, one, false, "CRM_MERGE_THREADS",
     "Threads that work, fewer under a small --memory-limit (default: one per processor)", kReading},
    {"--temp-dir", "", "FOLDER", running, one, false, "CRM_MERGE_TEMP_DIR",
     "Where temporary files go (default: $TMPDIR, else /var/tmp)", kReading | only(Command::doctor)},
    {"--progress", "", "MODE", running, one, false, "",
     "auto (default: bars on a terminal, else lines), plain, json (one object a line on standard error), none",
     kReading | kFetching | only(Command::watch)},
    {"--quiet", "-q", "", running, nothing, false, "", "Print errors only",
     kMerging | only(Command::compare) | kFetching | only(Command::watch)},
    {"--verbose", "-v", "", running, nothing, false, "", "Print every decision, and details of errors",
     kReading | kFetching | only(Command::watch)},
    {"--help", "-h", "", running, nothing, false, "", "Print this", kAllCommands},
};

}  // namespace

std::span<const OptionRow> option_table() { return kOptions; }

std::string_view group_title(OptionGroup group) {
  switch (group) {
    case files: return "Files: what is read, and how";
    case matching: return "Matching: which rows belong together";
    case columns: return "Columns: which is which, and which come out";
    case values: return "Choosing values: among the enriched, then against the original";
    case rules: return "Rules in a file";
    case outputs: return "Outputs: the merged file, and beside it";
    case asking: return "The service: where it is, and as whom it is asked";
    case looking: return "Looking: how much, and how it is told";
    case comparing: return "Comparing: what is set beside what, and how it is told";
    case listening: return "The service: where it listens";
    case access: return "Access: who may call it, and name what";
    case jobs: return "Jobs: where they wait, how many run, with how much";
    case keeping: return "Keeping: for how long, and how much";
    case running: return "Running";
  }
  return "";
}

}  // namespace crm
