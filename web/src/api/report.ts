import { queryOptions } from "@tanstack/react-query";
import { ApiError } from "./client";

/** The parts of the JSON report that the page draws. The figures are the report's: the page counts nothing itself. */
export interface Report {
  output_rows: number;
  matched_rows: number;
  unmatched_rows: number;
  match_rate: number;
  changed_rows: number;
  net_new_records: number;
  by_identifier: { identifier: string; rows_matched: number }[];
  inputs: ReportInput[];
  enriched: ReportVendor[];
  columns: ReportColumn[];
  shared_keys?: { total: number; listed: { identifier: string; key: string; where: string; rows: number }[] };
  warnings: string[];
  decisions: string[];
  measurements: { seconds: number; rows_per_second: number; peak_rss_bytes: number };
}

export interface ReportInput {
  name: string;
  role: "original" | "enriched";
  /** Of the worker's copy. */
  path: string;
  rows: number;
  rejected: number;
  padded: number;
}

export interface ReportVendor {
  name: string;
  rows: number;
  contributed: number;
  matched_nothing_used: number;
  unmatched: number;
  without_key: number;
  /** What became of its values. Absent in reports of earlier versions. */
  cells?: VendorCells;
}

export interface VendorCells {
  /** Blank cells that it filled. */
  filled: number;
  /** Of these, cells for which no other file had a value. */
  filled_alone: number;
  /** Cells of the original whose value it replaced. */
  replaced: number;
  /** Cells where it was not used, and says the same as the result. */
  agreeing: number;
  /** Cells where it says something else than the result. */
  overridden: number;
}

export interface ReportColumn {
  name: string;
  new: boolean;
  filled_before: number;
  filled_after: number;
  changed: number;
  filled_by: Record<string, number>;
  conflicts: { real: number; formatting: number };
}

export const reportQuery = (jobId: string, enabled: boolean) =>
  queryOptions({
    queryKey: ["report", jobId],
    enabled,
    staleTime: Infinity,
    queryFn: async ({ signal }): Promise<Report> => {
      const response = await fetch(`/api/v1/jobs/${jobId}/outputs/report`, { signal });
      if (!response.ok) throw new ApiError("The report of this job is gone: its time is over.", response.status, "gone");
      return (await response.json()) as Report;
    },
  });
