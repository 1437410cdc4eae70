import { findingsOf } from "@crm-merge/batch-upload";
import { wordsOf } from "../../api/client";
import type { ReadAs } from "../../api/queries";
import type { Profile } from "../../api/types";
import type { PreparedFile } from "../../draft/jobData";
import { useDraft } from "../../draft/useDraft";
import { count, counted } from "../../ui/format";
import { Banner, Card } from "../../ui/parts";
import { IdentifierIcon } from "./IdentifierIcon";

const DELIMITERS = [
  ["comma", ",", "Comma"],
  ["semicolon", ";", "Semicolon"],
  ["tab", "\t", "Tab"],
  ["pipe", "|", "Pipe"],
] as const;
const ENCODINGS = ["utf-8", "windows-1252", "iso-8859-1", "iso-8859-2", "windows-1250", "windows-1251", "utf-16le", "utf-16be", "shift_jis", "gb18030"];
const SHOWN_ROWS = 3;

/** What a file was taken to be, three rows of it, and how to correct that. */
export function ReadCard({ file, fault }: { file: PreparedFile; fault?: Error }) {
  const { change } = useDraft();
  const profile = file.info.profile;
  const read = file.draft.read ?? {};
  const set = (next: Partial<ReadAs>) =>
    change((draft) => ({
      ...draft,
      files: draft.files.map((one) => (one.id === file.draft.id ? { ...one, read: known({ ...one.read, ...next }) } : one)),
    }));
  const delimiter = DELIMITERS.find(([, character]) => character === profile?.delimiter.value);
  const detected = (value: string | undefined) => (value ? `Found: ${value}` : "Find out");
  return (
    <Card
      title={file.info.name}
      hint={
        profile &&
        `${profile.sample_is_whole_file ? "" : "about "}${counted(profile.estimated_rows, "row")} · ${counted(profile.columns.length, "column")}${
          profile.preamble_lines ? ` · ${counted(profile.preamble_lines, "line")} above the header left out` : ""
        }${profile.compression !== "none" ? ` · ${profile.compression}` : ""}`
      }
    >
      <div className="card-body stack">
        <div className="read-as">
          <label className="field">
            <span>Encoding</span>
            <select className="select" value={read.encoding ?? ""} onChange={(event) => set({ encoding: event.target.value || undefined })}>
              <option value="">{detected(profile && !read.encoding ? String(profile.encoding.value).toUpperCase() : undefined)}</option>
              {ENCODINGS.map((name) => (
                <option key={name} value={name}>
                  {name.toUpperCase()}
                </option>
              ))}
            </select>
          </label>
          <label className="field">
            <span>Values are separated by</span>
            <select className="select" value={read.delimiter ?? ""} onChange={(event) => set({ delimiter: event.target.value || undefined })}>
              <option value="">{detected(profile && !read.delimiter ? (delimiter?.[2] ?? String(profile.delimiter.value)) : undefined)}</option>
              {DELIMITERS.map(([value, , name]) => (
                <option key={value} value={value}>
                  {name}
                </option>
              ))}
            </select>
          </label>
          <label className="field">
            <span>First row</span>
            <select
              className="select"
              value={read.header === undefined ? "" : String(read.header)}
              onChange={(event) => set({ header: event.target.value ? event.target.value === "true" : undefined })}
            >
              <option value="">{detected(profile && read.header === undefined ? (profile.header.value ? "Column names" : "Data") : undefined)}</option>
              <option value="true">Column names</option>
              <option value="false">Data</option>
            </select>
          </label>
        </div>
        {fault && (
          <Banner tone="bad" title="The file cannot be read so">
            {wordsOf(fault)}
          </Banner>
        )}
        {profile && (
          <>
            <Warnings texts={warningsOf(profile, file.info.name)} />
            <div className="sample scroll" tabIndex={0} role="region" aria-label={`The first rows of ${file.info.name}`}>
              <table>
                <thead>
                  <tr>
                    {profile.columns.map((column) => (
                      <th key={column.position} scope="col" className={column.identifier ? "is-key" : ""}>
                        <span>
                          {column.identifier && <IdentifierIcon kind={column.identifier} />}
                          {column.name || <em>no name</em>}
                        </span>
                      </th>
                    ))}
                  </tr>
                </thead>
                <tbody>
                  {profile.sample.slice(0, SHOWN_ROWS).map((row, r) => (
                    <tr key={r}>
                      {profile.columns.map((column, c) => (
                        <td key={column.position}>{row[c]}</td>
                      ))}
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
            {profile.sampled_rows < profile.estimated_rows && (
              <p className="muted small">Shown are the first rows; shares of filled cells are of the first {count(profile.sampled_rows)}.</p>
            )}
          </>
        )}
      </div>
    </Card>
  );
}

function Warnings({ texts }: { texts: string[] }) {
  if (texts.length === 0) return null;
  return (
    <Banner tone="warn">
      <ul>
        {texts.map((text) => (
          <li key={text}>{text}</li>
        ))}
      </ul>
    </Banner>
  );
}

/** The server's warnings, what it says of damaged columns, and what the header lacks. */
function warningsOf(profile: Profile, name: string): string[] {
  const damage = profile.columns.flatMap((column) => column.damage.map((text) => `“${column.name}”: ${text}`));
  const found = findingsOf(profile.columns.map((column) => column.name), profile.sample).map((finding) => finding.text);
  return [...profile.warnings.map((text) => withoutPath(text, name)), ...damage, ...(damage.length ? found.filter((text) => !text.startsWith("A spreadsheet")) : found)];
}

/** The service reads a copy: its folder is no news to anybody. */
const withoutPath = (text: string, name: string) => text.replace(/^\S*\/[0-9a-f]{32}-file\S*(?=:)/, name);

/** Without what is not said. */
function known(read: ReadAs): ReadAs {
  return Object.fromEntries(Object.entries(read).filter(([, value]) => value !== undefined)) as ReadAs;
}
