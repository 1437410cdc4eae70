import { type DragEvent, type KeyboardEvent, type ReactNode, useId, useRef, useState } from "react";
import { FileRow } from "./FileRow";
import { formatBytes, formatDuration, formatSpeed } from "./format";
import { ArrowRight, CloudUp, Plus } from "./icons";
import type { BatchFile } from "./types";
import type { BatchUpload } from "./useBatchUpload";

export interface BatchUploadStepProps {
  batch: BatchUpload;
  /** Called by the button that stands where "Upload all" stood, once every file has arrived. */
  onContinue?: () => void;
  continueLabel?: string;
  /** What the file picker offers; every file may be dropped all the same. */
  accept?: string;
  /** Stands under the empty drop area. */
  children?: ReactNode;
}

const TABLES = ".csv,.tsv,.txt,.gz,.zst,.jsonl,.ndjson,.parquet,.xlsx";

/** The whole step: drop area, the list, one bar over all and one button. Style it by the variables of style.css. */
export function BatchUploadStep({ batch, onContinue, continueLabel = "Continue", accept = TABLES, children }: BatchUploadStepProps) {
  const [over, setOver] = useState(false);
  const depth = useRef(0);
  const { files } = batch;
  const original = files.filter((file) => file.kind === "original");
  const enriched = files.filter((file) => file.kind === "enriched");

  const drag = (step: number) => (event: DragEvent) => {
    event.preventDefault();
    depth.current = Math.max(0, depth.current + step);
    setOver(depth.current > 0);
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    depth.current = 0;
    setOver(false);
    batch.add(event.dataTransfer.files);
  };

  return (
    <div
      className={`bu${over ? " bu--over" : ""}`}
      onDragEnter={drag(1)}
      onDragLeave={drag(-1)}
      onDragOver={(event) => event.preventDefault()}
      onDrop={drop}
    >
      {files.length === 0 ? (
        <>
          <DropArea accept={accept} onFiles={batch.add} />
          {children}
        </>
      ) : (
        <>
          <FileList title="Your CRM export" hint="Every row of it comes out again, in its order." files={original} batch={batch}>
            {original.length === 0 && <p className="bu-gap">Mark one of the files below as your CRM export.</p>}
          </FileList>
          <FileList
            title="Vendor files"
            hint={enriched.length > 1 ? "Best first: where two of them know something, the upper one is asked first." : "What you bought or collected about the same people."}
            files={enriched}
            batch={batch}
            ranked={enriched.length > 1}
          >
            {enriched.length === 0 && <p className="bu-gap">Add at least one file with data about the same people.</p>}
          </FileList>
          <MoreFiles accept={accept} onFiles={batch.add} />
          <Totals batch={batch} onContinue={onContinue} continueLabel={continueLabel} />
        </>
      )}
    </div>
  );
}

function Picker({ accept, onFiles, id }: { accept: string; onFiles: (files: FileList) => void; id: string }) {
  return (
    <input
      id={id}
      className="bu-input"
      type="file"
      multiple
      accept={accept}
      onChange={(event) => {
        if (event.target.files?.length) onFiles(event.target.files);
        // The same file may be chosen again after it was removed.
        event.target.value = "";
      }}
    />
  );
}

function DropArea({ accept, onFiles }: { accept: string; onFiles: (files: FileList) => void }) {
  const id = useId();
  return (
    <div className="bu-drop">
      <Picker accept={accept} onFiles={onFiles} id={id} />
      <label htmlFor={id} className="bu-drop-label">
        <span className="bu-drop-icon">
          <CloudUp />
        </span>
        <span className="bu-drop-title">Drop your CRM export and the vendor files here</span>
        <span className="bu-drop-hint">
          or <span className="bu-link">choose files</span>, as many as you have
        </span>
        <span className="bu-drop-formats">CSV, TSV, Excel, JSON lines or Parquet, also gzipped</span>
      </label>
    </div>
  );
}

function MoreFiles({ accept, onFiles }: { accept: string; onFiles: (files: FileList) => void }) {
  const id = useId();
  return (
    <div className="bu-more">
      <Picker accept={accept} onFiles={onFiles} id={id} />
      <label htmlFor={id}>
        <Plus /> Add files
        <span className="bu-more-hint">or drop them anywhere here</span>
      </label>
    </div>
  );
}

interface FileListProps {
  title: string;
  hint: string;
  files: BatchFile[];
  batch: BatchUpload;
  ranked?: boolean;
  children?: ReactNode;
}

function FileList({ title, hint, files, batch, ranked, children }: FileListProps) {
  const id = useId();
  const onKeyDown = (file: BatchFile) => (event: KeyboardEvent) => {
    if (!event.altKey || (event.key !== "ArrowUp" && event.key !== "ArrowDown")) return;
    event.preventDefault();
    batch.move(file.id, event.key === "ArrowUp" ? -1 : 1);
  };
  return (
    <section className="bu-section" aria-labelledby={id}>
      <header className="bu-section-head">
        <h2 id={id}>{title}</h2>
        <p>{hint}</p>
      </header>
      <ul className="bu-list">
        {files.map((file, place) => (
          <li key={file.id} onKeyDown={ranked ? onKeyDown(file) : undefined}>
            <FileRow file={file} batch={batch} rank={ranked ? place + 1 : undefined} isLast={place === files.length - 1} />
          </li>
        ))}
      </ul>
      {children}
    </section>
  );
}

function Totals({ batch, onContinue, continueLabel }: Required<Pick<BatchUploadStepProps, "batch" | "continueLabel">> & Pick<BatchUploadStepProps, "onContinue">) {
  const { totals, files } = batch;
  const hasBoth = files.some((file) => file.kind === "original") && files.some((file) => file.kind === "enriched");
  const allDone = totals.done === totals.files && totals.files > 0;
  const begun = totals.busy || totals.paused || totals.sent > 0;
  const percent = totals.bytes ? Math.floor((totals.sent * 100) / totals.bytes) : 0;
  return (
    <div className={`bu-totals${begun && !allDone ? " bu-totals--moving" : ""}`}>
      <div className="bu-totals-text">
        <p className="bu-totals-line">{totalsLine(batch, allDone, hasBoth)}</p>
        {begun && !allDone && (
          <p className="bu-totals-figures">
            {formatBytes(totals.sent)} of {formatBytes(totals.bytes)}
            {totals.speed > 0 && ` · ${formatSpeed(totals.speed)}`}
            {totals.secondsLeft !== undefined && totals.busy && ` · ${formatDuration(totals.secondsLeft)} left`}
          </p>
        )}
      </div>
      <div className="bu-totals-actions">
        {totals.busy && (
          <button type="button" className="bu-button" onClick={batch.pauseAll}>
            Pause all
          </button>
        )}
        {!totals.busy && totals.paused && (
          <button type="button" className="bu-button bu-button--primary" onClick={batch.resumeAll}>
            Resume
          </button>
        )}
        {allDone && onContinue ? (
          <button type="button" className="bu-button bu-button--primary" disabled={!hasBoth} onClick={onContinue}>
            {continueLabel} <ArrowRight />
          </button>
        ) : (
          totals.sendable > 0 &&
          !totals.busy && (
            <button type="button" className="bu-button bu-button--primary" disabled={!hasBoth} onClick={batch.uploadAll}>
              {totals.failed > 0 && totals.failed === totals.sendable ? "Try again" : "Upload all"}
            </button>
          )
        )}
      </div>
      {begun && !allDone && <Bar value={percent} label="All files" />}
      <p className="bu-sr" role="status" aria-live="polite">
        {begun ? `${totals.done} of ${totals.files} files uploaded${totals.failed ? `, ${totals.failed} failed` : ""}` : ""}
      </p>
    </div>
  );
}

function totalsLine({ totals, files }: BatchUpload, allDone: boolean, hasBoth: boolean): string {
  const count = (n: number) => `${n} ${n === 1 ? "file" : "files"}`;
  if (!hasBoth) return "One CRM export and at least one vendor file are needed.";
  if (allDone) return `${count(totals.files)} uploaded, ${formatBytes(totals.bytes)}`;
  if (totals.busy) return `Uploading, ${totals.done} of ${totals.files} done`;
  if (totals.paused) return "Paused. Nothing is lost.";
  const missing = files.filter((file) => file.state === "missing").length;
  if (totals.failed) return `${count(totals.failed)} did not arrive. What was sent is kept.`;
  if (missing) return `${count(missing)} to be chosen again: what was sent is kept.`;
  return `${count(totals.sendable)}, ${formatBytes(files.reduce((sum, file) => sum + (file.state === "ready" ? file.size : 0), 0))}`;
}

export function Bar({ value, label, tone }: { value: number; label: string; tone?: string }) {
  return (
    <div
      className={`bu-bar${tone ? ` bu-bar--${tone}` : ""}`}
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={value}
    >
      <span style={{ transform: `scaleX(${value / 100})` }} />
    </div>
  );
}
