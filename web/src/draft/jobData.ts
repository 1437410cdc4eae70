import type { FileInfo, JobSubmission, Rules } from "../api/types";
import type { Draft, DraftFile } from "./codec";

/** A file of a draft with what the server says of it. */
export interface PreparedFile {
  draft: DraftFile;
  info: FileInfo;
  /** What rules and results call it; "original" for the original. */
  label: string;
}

const USUAL_WORDS = /[-_ .]+(export|exports|contacts|people|leads|list|data|results|final|enriched|\d{4}-?\d{2}-?\d{2}|\d{8}|\(\d+\))$/i;

/** "apollo" for "apollo-export.csv": a vendor's name as one would say it. */
export function labelOf(fileName: string): string {
  let label = fileName.replace(/(\.(csv|tsv|txt|gz|zst|jsonl|ndjson|parquet|xlsx))+$/i, "");
  while (USUAL_WORDS.test(label)) label = label.replace(USUAL_WORDS, "");
  return label.trim() && label !== "original" ? label.trim() : fileName;
}

/** The files in order, the original first, with labels that differ from each other. */
export function prepared(files: { draft: DraftFile; info: FileInfo }[]): PreparedFile[] {
  const taken = new Set(["original"]);
  const labelled = files.map(({ draft, info }) => {
    if (draft.kind === "original") return { draft, info, label: "original" };
    const wanted = labelOf(info.name);
    let label = wanted;
    for (let n = 2; taken.has(label); n++) label = `${wanted} ${n}`;
    taken.add(label);
    return { draft, info, label };
  });
  return [...labelled.filter((file) => file.label === "original"), ...labelled.filter((file) => file.label !== "original")];
}

const READ_KEYS = { delimiter: "delimiter", encoding: "encoding" } as const;

function sourceOf({ draft, info, label }: PreparedFile) {
  const read = draft.read ?? {};
  return {
    uri: info.uri,
    name: label === "original" ? info.name : label,
    ...(read.delimiter ? { [READ_KEYS.delimiter]: read.delimiter } : {}),
    ...(read.encoding ? { [READ_KEYS.encoding]: read.encoding } : {}),
    ...(read.header === undefined ? {} : { has_header: read.header }),
  };
}

/** The job data of files and rules; nothing while there is no original or no enriched file. */
export function jobDataOf(files: PreparedFile[], rules: Rules): JobSubmission | undefined {
  const original = files.find((file) => file.label === "original");
  const enriched = files.filter((file) => file.label !== "original");
  if (!original || enriched.length === 0) return undefined;
  return { original: sourceOf(original), enriched: enriched.map(sourceOf), spec: rules };
}

/** What the page asks for beside the merged file. */
export const ALL_OUTPUTS = { merged: { format: "csv" }, report: true, changes: true, provenance: true, conflicts: true, unmatched_enriched: true } as const;

/** Kept with a job, so that it can be run again from its page: the draft it came of. */
export interface JobMetadata {
  page: { files: DraftFile[] };
}

/** The draft that a job was made of, or nothing where another program made the job. */
export function draftOfJob(job: { data?: Record<string, unknown>; metadata?: unknown }): Draft | undefined {
  const files = (job.metadata as Partial<JobMetadata> | undefined)?.page?.files;
  if (!Array.isArray(files) || files.length < 2) return undefined;
  return { files, rules: (job.data?.["spec"] as Rules | undefined) ?? {} };
}
