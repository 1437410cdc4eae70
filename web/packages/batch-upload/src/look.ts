import Papa from "papaparse";

/** This much of a file is looked at before it is sent. */
export const LOOK_BYTES = 1 << 20;
const SHOWN_ROWS = 5;
const PARSED_ROWS = 200;

export interface Finding {
  level: "error" | "warning";
  text: string;
}

/** What the beginning of a file looks like: guesses, for people; the server finds out for itself. */
export interface LocalLook {
  format: "csv" | "json lines" | "parquet" | "workbook" | "zstd";
  compressed: boolean;
  encoding?: string;
  /** "comma", "tab", "semicolon", "pipe". */
  delimiter?: string;
  columns: string[];
  rows: string[][];
  findings: Finding[];
}

const DELIMITERS: Record<string, string> = { ",": "comma", "\t": "tab", ";": "semicolon", "|": "pipe" };

const SIGNATURES: { bytes: number[]; is: LocalLook["format"] | "gzip" | { not: string } }[] = [
  { bytes: [0x1f, 0x8b], is: "gzip" },
  { bytes: [0x28, 0xb5, 0x2f, 0xfd], is: "zstd" },
  { bytes: [0x50, 0x41, 0x52, 0x31], is: "parquet" },
  { bytes: [0x50, 0x4b, 0x03, 0x04], is: "workbook" },
  { bytes: [0xd0, 0xcf, 0x11, 0xe0], is: { not: "a workbook of an old kind (.xls). Save it as CSV or .xlsx" } },
  { bytes: [0x25, 0x50, 0x44, 0x46], is: { not: "a PDF, not a table. Export the list as CSV" } },
  { bytes: [0x89, 0x50, 0x4e, 0x47], is: { not: "a picture, not a table. Export the list as CSV" } },
  { bytes: [0xff, 0xd8, 0xff], is: { not: "a picture, not a table. Export the list as CSV" } },
  { bytes: [0x7b, 0x5c, 0x72, 0x74], is: { not: "a text document. Save the list as CSV" } },
];

const refused = (text: string): LocalLook => ({
  format: "csv",
  compressed: false,
  columns: [],
  rows: [],
  findings: [{ level: "error", text }],
});

/** Looks at the first megabyte of `file`. Never throws. */
export async function lookAt(file: Blob & { name?: string }): Promise<LocalLook> {
  if (file.size === 0) return refused("This file is empty.");
  try {
    return await lookAtBytes(file, new Uint8Array(await file.slice(0, LOOK_BYTES).arrayBuffer()));
  } catch {
    return refused("This file cannot be read. It may have been moved, deleted or changed: choose it again.");
  }
}

async function lookAtBytes(file: Blob & { name?: string }, bytes: Uint8Array<ArrayBuffer>): Promise<LocalLook> {
  let whole = bytes.length >= file.size;
  let format = formatOf(bytes);
  let compressed = false;
  if (format === "gzip") {
    compressed = true;
    bytes = await inflated(bytes);
    whole = false;
    format = formatOf(bytes);
  }
  if (typeof format === "object") return refused(`This is ${format.not}.`);
  if (format === "gzip") return refused("This file is compressed twice. Unpack it once.");
  if (format === "workbook" && !/\.xlsx$/i.test(file.name ?? ".xlsx"))
    return refused("This is an archive (.zip). Unpack it and choose the file inside.");
  if (format) return { format, compressed, columns: [], rows: [], findings: [] };
  return lookAtText(bytes, { compressed, whole });
}

function formatOf(bytes: Uint8Array) {
  return SIGNATURES.find((one) => one.bytes.every((byte, i) => bytes[i] === byte))?.is;
}

async function inflated(bytes: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  const reader = new Blob([bytes as BlobPart]).stream().pipeThrough(new DecompressionStream("gzip")).getReader();
  const pieces: Uint8Array[] = [];
  let size = 0;
  try {
    while (size < LOOK_BYTES) {
      const { done, value } = await reader.read();
      if (done) break;
      pieces.push(value);
      size += value.length;
    }
    await reader.cancel();
  } catch {
    // The slice ends in mid-stream; what came before counts.
  }
  const all = new Uint8Array(size);
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

function lookAtText(bytes: Uint8Array, how: { compressed: boolean; whole: boolean }): LocalLook {
  const { text, encoding } = decoded(bytes, how.whole);
  if (text === undefined) return refused("This is no text and no table that can be read. Export the list as CSV.");
  const body = how.whole ? text : text.slice(0, text.lastIndexOf("\n") + 1) || text;
  if (!body.trim()) return refused("There is nothing in this file but blanks.");
  const base = { compressed: how.compressed, encoding };
  if (/^\s*[{[]/.test(body) && /^\s*[{[]\s*["{]/.test(body))
    return { ...base, format: "json lines", columns: [], rows: [], findings: [] };
  if (/^\s*<(!doctype|html|\?xml)/i.test(body)) return refused("This is a web page, not a table. Download the export again.");
  const parsed = Papa.parse<string[]>(body, { preview: PARSED_ROWS, skipEmptyLines: "greedy", delimitersToGuess: Object.keys(DELIMITERS) });
  const records = parsed.data;
  const header = headerAt(records);
  const columns = records[header] ?? [];
  const rows = records.slice(header + 1);
  return {
    ...base,
    format: "csv",
    delimiter: columns.length > 1 ? (DELIMITERS[parsed.meta.delimiter] ?? parsed.meta.delimiter) : undefined,
    columns,
    rows: rows.slice(0, SHOWN_ROWS),
    findings: findingsOf(columns, rows),
  };
}

function decoded(bytes: Uint8Array, whole: boolean): { text?: string; encoding: string } {
  const decode = (label: string, fatal: boolean) => new TextDecoder(label, { fatal }).decode(bytes, { stream: !whole });
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return { text: decode("utf-16le", false), encoding: "UTF-16" };
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return { text: decode("utf-16be", false), encoding: "UTF-16" };
  if (bytes.subarray(0, 4096).includes(0)) return { encoding: "" };
  try {
    return { text: decode("utf-8", true), encoding: "UTF-8" };
  } catch {
    return { text: decode("windows-1252", false), encoding: "Windows-1252" };
  }
}

/** Exports begin with notes at times: the header is the first record as wide as most of the others. */
function headerAt(records: string[][]): number {
  const widths = new Map<number, number>();
  for (const record of records) widths.set(record.length, (widths.get(record.length) ?? 0) + 1);
  const usual = [...widths].sort((a, b) => b[1] - a[1])[0]?.[0] ?? 1;
  const first = records.findIndex((record) => record.length >= usual && record.filter((cell) => cell.trim()).length * 2 > usual);
  return Math.max(0, first);
}

const LOOKS_LIKE_DATA = /^[^\s@]+@[^\s@]+\.[a-z]{2,}$|^https?:\/\/|^\+?\d[\d\s().-]{6,}$|^\d{4}-\d\d-\d\d/i;
const SCIENTIFIC = /^[+-]?\d([.,]\d+)?E\+\d{1,3}$/i;

/** What a person should know of a header and its rows; shared by the look before and the profile after an upload. */
export function findingsOf(columns: string[], rows: string[][]): Finding[] {
  const findings: Finding[] = [];
  const warn = (text: string) => findings.push({ level: "warning", text });
  if (columns.some((name) => LOOKS_LIKE_DATA.test(name.trim())))
    warn("There seems to be no header: the first row looks like data. Add a row of column names, or say so in the next step.");
  if (columns.length === 1) warn("Only one column was found. Is the delimiter an unusual one?");
  if (rows.length === 0) findings.push({ level: "error", text: "There is a header, but no row beneath it." });
  const seen = new Map<string, number>();
  for (const name of columns) seen.set(name.trim().toLowerCase(), (seen.get(name.trim().toLowerCase()) ?? 0) + 1);
  const twice = columns.filter((name, i) => name.trim() && seen.get(name.trim().toLowerCase())! > 1 && columns.indexOf(name) === i);
  if (twice.length) warn(`${quoted(twice)} ${twice.length > 1 ? "stand" : "stands"} in the header more than once.`);
  for (const [i, name] of columns.entries()) {
    const damaged = rows.find((row) => SCIENTIFIC.test((row[i] ?? "").trim()))?.[i];
    if (damaged) warn(`A spreadsheet has cut long numbers in “${name}” (${damaged.trim()}). Export it again without opening it in between.`);
  }
  return findings;
}

function quoted(names: string[]): string {
  return names.slice(0, 3).map((name) => `“${name}”`).join(", ") + (names.length > 3 ? ` and ${names.length - 3} more` : "");
}

const OWN_COLUMNS = /^(record id|contact id|account id|contact owner|owner|lifecycle stage|lead status|lead source|create date|created date)$/i;

/** True if the columns look like a CRM's own export: it has the CRM's ids and owners. */
export function looksLikeOriginal(look: LocalLook): boolean {
  return look.columns.filter((name) => OWN_COLUMNS.test(name.trim())).length >= 2;
}
