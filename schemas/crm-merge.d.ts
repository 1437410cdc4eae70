// A job's data, progress and result. Made of the JSON Schemas beside it (tests/typescript_types.py).

/** What a producer puts on the queue, and what POST /api/v1/jobs takes. */
export interface JobData {
  /** the CRM's export */
  original: Original;
  /** the vendors' files, the first is the highest in rank */
  enriched: Enriched[];
  spec?: Rules;
  outputs?: Outputs;
  /** end the job when more records are set aside; needs outputs.rejects */
  max_rejects?: number;
  /** of the outputs' keys in the store, such as results/2024/ */
  output_prefix?: string;
  /** any JSON of yours, up to 4 KB; comes back in results and events */
  metadata?: unknown;
}

export type Text = string;

export type Texts = Text[];

export type List = Texts | string;

export type Kind = "email" | "phone" | "linkedin" | "domain" | "id" | "exact";

export type Strategy = "first" | "last" | "longest" | "most_complete" | "most_recent" | "most_frequent" | "concat";

export type Policy = "keep_original" | "use_enriched" | "create_alternate" | "original_only";

export interface Original {
  /** as the upload or the store gave it */
  uri: string;
  /** of the file, for people; rules call the original "original" */
  name?: string;
  /** one character, or comma, tab, semicolon, pipe; detected unless given */
  delimiter?: string;
  /** such as utf-8, windows-1252, utf-16le; detected unless given */
  encoding?: string;
  /** false: the first record is data */
  has_header?: boolean;
  /** of a workbook; its first unless given */
  sheet?: string;
  /** those that the rules were made for: others, and missing ones, are warned of */
  columns?: string[];
}

export interface Enriched {
  /** as the upload or the store gave it */
  uri: string;
  /** what rules and results call the file; its file name unless given */
  name?: string;
  /** one character, or comma, tab, semicolon, pipe; detected unless given */
  delimiter?: string;
  /** such as utf-8, windows-1252, utf-16le; detected unless given */
  encoding?: string;
  /** false: the first record is data */
  has_header?: boolean;
  /** of a workbook; its first unless given */
  sheet?: string;
  /** those that the rules were made for: others, and missing ones, are warned of */
  columns?: string[];
}

export interface Identifier {
  kind: Kind;
  /** of the original; detected unless given */
  columns?: List;
  /** by enriched file: its columns; none: the file takes no part */
  enriched?: Record<string, List>;
}

/** The rules; keys are the command line's options in snake_case */
export interface Rules {
  /** identifiers in order: email, phone, linkedin, domain, id, exact, or columns with a kind: "Email 2|Email 3:email" */
  on?: (Text | Identifier)[] | string;
  /** any (default): the first identifier that finds a row; all: every one must agree */
  match?: "any" | "all";
  /** a key on more rows of one file than this matches nobody, by kind; 0 and off: no limit (default: phone 5) */
  max_shared?: Record<string, number | "off">;
  /** what a match by company may fill */
  columns_for?: Record<string, List>;
  /** country of phone numbers without a country code (default: US) */
  region?: string;
  /** name+tag@ is name@ */
  email_aliases?: boolean;
  /** their column is our column; a text is [NAME:]THEIRS=OURS */
  map?: (string | {
    /** an enriched file's name or rank; left out: every file */
    file?: Text;
    theirs: Text;
    /** null, with a file: the column is left out */
    ours: Text | null;
  })[];
  /** false: no synonyms */
  auto_map?: boolean;
  /** the new columns to add, in this order (default: all) */
  columns?: List;
  /** new columns to leave out */
  drop?: List;
  /** among several enriched values (default: first) */
  strategy?: Strategy;
  /** by column */
  strategy_for?: Record<string, Strategy>;
  /** by column: the files that come first */
  prefer?: Record<string, List>;
  /** between the values of concat (default: "; ") */
  separator?: string;
  /** the date's column that most_recent goes by */
  recency?: Text;
  /** how those dates are written, such as %d.%m.%Y (default: ISO 8601) */
  recency_format?: Text;
  /** the original's value against the enriched one (default: keep_original) */
  on_conflict?: Policy;
  /** by column */
  on_conflict_for?: Record<string, Policy>;
  /** ending of the columns of create_alternate (default: _enriched) */
  alternate_suffix?: Text;
  /** values that mean no value, such as N/A */
  blank?: List;
  /** the original's record id */
  id?: Text;
  /** name of the column that says matched or unmatched; none leaves it out (default: match_quality) */
  match_column?: Text;
  /** add matched_on, match_score and enriched_from */
  explain_columns?: boolean;
  /** a record may be this long (default: 64 MiB) */
  max_record_bytes?: number;
}

export interface Outputs {
  merged?: {
    format?: "csv" | "tsv";
    compression?: "none" | "gzip" | "zstd";
  };
  report?: boolean;
  changes?: boolean;
  provenance?: boolean;
  conflicts?: boolean;
  unmatched_enriched?: boolean;
  rejects?: boolean;
}

export interface JobProgress {
  stage: "import_original" | "import_enriched" | "consolidate" | "match" | "export";
  /** of the whole job; never goes down */
  percentage: number;
  /** the same */
  progress: number;
  message?: string;
  rowsProcessed?: number;
  totalRows?: number;
  rowsPerSecond?: number;
  /** seconds */
  eta?: number;
}

export interface JobResult {
  success: true;
  /** of the merged file in the store */
  outputFileKey: string;
  /** the store's URI of the merged file */
  outputFileUrl: string;
  outputRowCount: number;
  matchStats: {
    totalOriginalRows: number;
    totalEnrichedRows: number;
    matchedRows: number;
    unmatchedRows: number;
    /** percent */
    matchRate: number;
    matchesByIdentifier?: Record<string, number>;
    /** by column, the share of rows with a value */
    dataCompleteness?: Record<string, Record<string, unknown>>;
  };
  enrichedColumns: string[];
  /** by output's name: its key, URI, bytes */
  outputs: Record<string, {
    key: string;
    uri: string;
    bytes?: number;
    rows?: number;
  }>;
  processingTimeMs: number;
  /** as the producer gave it */
  metadata?: unknown;
}
