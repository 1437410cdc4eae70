import { type LocalLook, looksLikeOriginal } from "./look";
import { type Sample, speedOf, withSample } from "./speed";
import type { ArrivedFile, BatchFile, BatchTotals, Kind } from "./types";

/** Everything that can happen to a batch. Times are milliseconds of one clock. */
export type BatchEvent =
  | { type: "added"; files: { id: string; source: File }[] }
  | { type: "looked"; id: string; look: LocalLook }
  | { type: "kind"; id: string; kind: Kind }
  | { type: "moved"; id: string; by: number }
  | { type: "removed"; id: string }
  | { type: "asked"; ids: string[] }
  | { type: "begun"; id: string; uploadId: string }
  | { type: "progress"; id: string; sent: number; at: number }
  | { type: "paused"; id: string }
  | { type: "resumed"; id: string }
  | { type: "failed"; id: string; error: string }
  | { type: "arrived"; id: string; file: ArrivedFile }
  | { type: "restored"; files: BatchFile[] };

export interface BatchState {
  files: readonly BatchFile[];
  /** Per file, for its speed. */
  samples: Readonly<Record<string, readonly Sample[]>>;
  /** False once a person has said what is the original: guesses stop. */
  guessing: boolean;
}

export const emptyBatch: BatchState = { files: [], samples: {}, guessing: true };

/** The next state; pure. Unknown ids change nothing: a file may be gone when its event comes. */
export function reduceBatch(state: BatchState, event: BatchEvent): BatchState {
  switch (event.type) {
    case "added":
      return event.files.reduce(withAdded, state);
    case "looked":
      return guessed(checked(changed(state, event.id, (file) => ({ ...file, look: event.look }))));
    case "kind":
      return { ...withKind(state, event.id, event.kind), guessing: false };
    case "moved":
      return moved(state, event.id, event.by);
    case "removed":
      return guessed(checked({ ...state, files: state.files.filter((file) => file.id !== event.id) }));
    case "asked":
      return event.ids.reduce((next, id) => changed(next, id, (file) => ({ ...file, state: "waiting", error: undefined })), state);
    case "begun":
      return changed(state, event.id, (file) => ({ ...file, uploadId: event.uploadId }));
    case "progress":
      return progressed(state, event);
    case "paused":
      return still(changed(state, event.id, (file) => ({ ...file, state: "paused", speed: 0 })), event.id);
    case "resumed":
      return changed(state, event.id, (file) => ({ ...file, state: file.sent > 0 ? "sending" : "waiting" }));
    case "failed":
      return still(changed(state, event.id, (file) => ({ ...file, state: "failed", speed: 0, error: event.error })), event.id);
    case "arrived":
      return still(
        changed(state, event.id, (file) => ({ ...file, state: "done", sent: file.size, speed: 0, error: undefined, arrived: event.file })),
        event.id,
      );
    case "restored":
      return { ...state, files: [...state.files, ...event.files], guessing: event.files.length === 0 && state.guessing };
  }
}

function changed(state: BatchState, id: string, change: (file: BatchFile) => BatchFile): BatchState {
  return { ...state, files: state.files.map((file) => (file.id === id ? change(file) : file)) };
}

function still(state: BatchState, id: string): BatchState {
  const { [id]: _, ...samples } = state.samples;
  return { ...state, samples };
}

/** A new file; or the bytes of one that was begun before a reload, which then goes on. */
function withAdded(state: BatchState, { id, source }: { id: string; source: File }): BatchState {
  const lost = state.files.find((file) => file.state === "missing" && file.name === source.name && file.size === source.size);
  if (lost) return changed(state, lost.id, (file) => ({ ...file, source, state: "ready" }));
  const kind: Kind = state.files.some((file) => file.kind === "original") ? "enriched" : "original";
  const file: BatchFile = { id, name: source.name, size: source.size, kind, state: "ready", source, sent: 0, speed: 0 };
  return checked({ ...state, files: [...state.files, file] });
}

/** Findings that keep a file from being sent, anew for all: what was wrong with one may be right when another goes. */
function checked(state: BatchState): BatchState {
  return {
    ...state,
    files: state.files.map((file, place) => {
      if (file.state !== "ready" && file.state !== "blocked") return file;
      const error = state.files.slice(0, place).some((other) => other.name === file.name)
        ? "Another file in this list has the same name. Rename one of them, or remove it."
        : file.look?.findings.find((finding) => finding.level === "error")?.text;
      return { ...file, state: error ? "blocked" : "ready", error };
    }),
  };
}

/** The original is the file with the CRM's own columns, or else the first. */
function guessed(state: BatchState): BatchState {
  if (!state.guessing) return state;
  const own = state.files.find((file) => file.look && looksLikeOriginal(file.look)) ?? state.files[0];
  return own ? withKind(state, own.id, "original") : state;
}

function withKind(state: BatchState, id: string, kind: Kind): BatchState {
  if (!state.files.some((file) => file.id === id)) return state;
  const files = state.files.map((file): BatchFile => {
    if (file.id === id) return { ...file, kind };
    // There is one original.
    return kind === "original" && file.kind === "original" ? { ...file, kind: "enriched" } : file;
  });
  return { ...state, files };
}

/** Moves an enriched file among the enriched ones; the first is the highest in rank. */
function moved(state: BatchState, id: string, by: number): BatchState {
  const enriched = state.files.filter((file) => file.kind === "enriched");
  const from = enriched.findIndex((file) => file.id === id);
  const to = Math.min(enriched.length - 1, Math.max(0, from + by));
  const file = enriched[from];
  if (!file || from === to) return state;
  enriched.splice(from, 1);
  enriched.splice(to, 0, file);
  return { ...state, files: [...state.files.filter((one) => one.kind === "original"), ...enriched] };
}

function progressed(state: BatchState, event: { id: string; sent: number; at: number }): BatchState {
  const before = state.files.find((file) => file.id === event.id);
  if (!before || before.state === "paused" || before.state === "done" || before.state === "failed") return state;
  const samples = withSample(state.samples[event.id] ?? [], { at: event.at, sent: event.sent });
  const speed = speedOf(samples);
  return {
    ...changed(state, event.id, (file) => ({ ...file, sent: event.sent, speed, state: event.sent >= file.size ? "finishing" : "sending" })),
    samples: { ...state.samples, [event.id]: samples },
  };
}

const BUSY = new Set<BatchFile["state"]>(["waiting", "sending", "finishing"]);
/** Files that `uploadAll` sends. */
export const isSendable = (file: BatchFile) => (file.state === "ready" || file.state === "failed") && !!file.source;

export function totalsOf(files: readonly BatchFile[]): BatchTotals {
  const counted = files.filter((file) => file.state !== "blocked");
  const bytes = counted.reduce((sum, file) => sum + file.size, 0);
  const sent = counted.reduce((sum, file) => sum + file.sent, 0);
  const speed = counted.reduce((sum, file) => sum + file.speed, 0);
  const left = counted.reduce((sum, file) => sum + (BUSY.has(file.state) ? file.size - file.sent : 0), 0);
  return {
    files: files.length,
    done: files.filter((file) => file.state === "done").length,
    failed: files.filter((file) => file.state === "failed").length,
    sendable: files.filter(isSendable).length,
    bytes,
    sent,
    speed,
    secondsLeft: speed > 0 ? left / speed : undefined,
    busy: files.some((file) => BUSY.has(file.state)),
    paused: files.some((file) => file.state === "paused"),
  };
}
