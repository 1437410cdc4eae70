import { useId, useState } from "react";
import { Bar } from "./BatchUploadStep";
import { formatBytes, formatDuration, formatSpeed } from "./format";
import { Alert, Check, ChevronDown, ChevronUp, Close, Eye, Pause, Play, Retry, Sheet } from "./icons";
import type { BatchFile } from "./types";
import type { BatchUpload } from "./useBatchUpload";

interface FileRowProps {
  file: BatchFile;
  batch: BatchUpload;
  /** Among the enriched files, from 1; absent where there is no order. */
  rank?: number;
  isLast: boolean;
}

export function FileRow({ file, batch, rank, isLast }: FileRowProps) {
  const [open, setOpen] = useState(false);
  const inside = useId();
  const percent = file.size ? Math.floor((file.sent * 100) / file.size) : 0;
  const moving = file.state === "sending" || file.state === "paused" || file.state === "finishing" || file.state === "waiting";
  const canLook = !!file.look && file.look.rows.length > 0;
  return (
    <div className={`bu-file bu-file--${file.state}`} data-file={file.name} data-state={file.state}>
      <div className="bu-file-main">
        {rank !== undefined && (
          <div className="bu-rank">
            <button type="button" aria-label={`Move ${file.name} up`} disabled={rank === 1} onClick={() => batch.move(file.id, -1)}>
              <ChevronUp />
            </button>
            <span aria-label={`Rank ${rank}`}>{rank}</span>
            <button type="button" aria-label={`Move ${file.name} down`} disabled={isLast} onClick={() => batch.move(file.id, 1)}>
              <ChevronDown />
            </button>
          </div>
        )}
        <span className="bu-file-icon">
          <Sheet />
          {file.state === "done" && (
            <span className="bu-file-badge">
              <Check />
            </span>
          )}
        </span>
        <div className="bu-file-text">
          <p className="bu-file-name" title={file.name}>
            {file.name}
          </p>
          <p className="bu-file-meta">{metaOf(file)}</p>
        </div>
        <KindSwitch file={file} batch={batch} />
        <div className="bu-file-actions">
          {canLook && (
            <button type="button" className="bu-icon-button" aria-expanded={open} aria-controls={inside} aria-label={`Look into ${file.name}`} onClick={() => setOpen(!open)}>
              <Eye />
            </button>
          )}
          {(file.state === "sending" || file.state === "waiting") && (
            <button type="button" className="bu-icon-button" aria-label={`Pause ${file.name}`} onClick={() => batch.pause(file.id)}>
              <Pause />
            </button>
          )}
          {file.state === "paused" && (
            <button type="button" className="bu-icon-button" aria-label={`Resume ${file.name}`} onClick={() => batch.resume(file.id)}>
              <Play />
            </button>
          )}
          {file.state === "failed" && (
            <button type="button" className="bu-icon-button" aria-label={`Retry ${file.name}`} onClick={() => batch.retry(file.id)}>
              <Retry />
            </button>
          )}
          <button type="button" className="bu-icon-button" aria-label={`Remove ${file.name}`} onClick={() => batch.remove(file.id)}>
            <Close />
          </button>
        </div>
      </div>
      {moving && (
        <div className="bu-file-progress">
          <Bar value={percent} label={`Upload of ${file.name}`} tone={file.state} />
          <span className="bu-file-figures">{figuresOf(file, percent)}</span>
        </div>
      )}
      {file.state === "missing" && (
        <div className="bu-file-progress">
          <Bar value={percent} label={`Upload of ${file.name}`} tone="paused" />
          <span className="bu-file-figures">{percent} % arrived. Choose this file again to go on.</span>
        </div>
      )}
      {file.error && (
        <p className="bu-note bu-note--error" role="alert">
          <Alert /> <span>{file.error}</span>
        </p>
      )}
      {file.arrived?.profile_problem && (
        <p className="bu-note bu-note--error" role="alert">
          <Alert /> <span>{file.arrived.profile_problem.detail}</span>
        </p>
      )}
      {!file.error &&
        file.look?.findings.map((finding) => (
          <p key={finding.text} className="bu-note bu-note--warning">
            <Alert /> <span>{finding.text}</span>
          </p>
        ))}
      {canLook && open && <Inside file={file} id={inside} />}
    </div>
  );
}

function KindSwitch({ file, batch }: { file: BatchFile; batch: BatchUpload }) {
  const name = useId();
  return (
    <fieldset className="bu-kind">
      <legend className="bu-sr">What is {file.name}?</legend>
      {(["original", "enriched"] as const).map((kind) => (
        <label key={kind}>
          <input type="radio" name={name} checked={file.kind === kind} onChange={() => batch.setKind(file.id, kind)} />
          <span>{kind === "original" ? "CRM export" : "Vendor"}</span>
        </label>
      ))}
    </fieldset>
  );
}

function Inside({ file, id }: { file: BatchFile; id: string }) {
  const look = file.look!;
  return (
    <div className="bu-inside" id={id} tabIndex={0} role="region" aria-label={`The first rows of ${file.name}`}>
      <table>
        <thead>
          <tr>
            {look.columns.map((name, i) => (
              <th key={i} scope="col">
                {name || <em>no name</em>}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {look.rows.slice(0, 3).map((row, r) => (
            <tr key={r}>
              {look.columns.map((_, c) => (
                <td key={c}>{row[c]}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function metaOf(file: BatchFile): string {
  const { look } = file;
  const parts = [formatBytes(file.size)];
  if (look?.format === "workbook") parts.push("Excel workbook");
  else if (look?.format === "parquet") parts.push("Parquet");
  else if (look?.format === "json lines") parts.push("JSON lines");
  if (look?.compressed || look?.format === "zstd") parts.push("compressed");
  if (look?.encoding) parts.push(look.encoding);
  if (look?.delimiter) parts.push(look.delimiter === "pipe" ? "pipe-separated" : `${look.delimiter}-separated`);
  if (look?.columns.length) parts.push(`${look.columns.length} ${look.columns.length === 1 ? "column" : "columns"}`);
  return parts.join(" · ");
}

function figuresOf(file: BatchFile, percent: number): string {
  if (file.state === "waiting") return "Waiting";
  if (file.state === "finishing") return "Arrived, being looked at";
  if (file.state === "paused") return `${percent} % · paused`;
  const left = file.speed > 0 ? ` · ${formatDuration((file.size - file.sent) / file.speed)} left` : "";
  return `${percent} % · ${file.speed > 0 ? formatSpeed(file.speed) : "…"}${left}`;
}
