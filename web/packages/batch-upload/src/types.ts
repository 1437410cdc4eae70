import type { LocalLook } from "./look";

/** The CRM's export, or a vendor's file that enriches it. */
export type Kind = "original" | "enriched";

/**
 * Where a file stands.
 * - `ready`: chosen, not sent. `blocked`: will not be sent, see `error`.
 * - `waiting`: asked for, no byte has left yet. `sending`, `paused`, `finishing` (all bytes arrived, the server looks at them).
 * - `failed`: see `error`; `retry` goes on where it stopped.
 * - `done`: the server has it. `missing`: begun before a reload; choose the same file again to go on.
 */
export type FileState =
  | "ready"
  | "blocked"
  | "waiting"
  | "sending"
  | "paused"
  | "finishing"
  | "failed"
  | "done"
  | "missing";

/** What the server says of a file that has arrived; `profile` is the server's own. */
export interface ArrivedFile {
  file_id: string;
  uri: string;
  name: string;
  kind: Kind;
  size: number;
  profile?: unknown;
  profile_problem?: { detail: string };
}

export interface BatchFile {
  /** Of this list; stays when the file is found again after a reload. */
  id: string;
  name: string;
  /** Bytes. */
  size: number;
  kind: Kind;
  state: FileState;
  /** The bytes themselves; absent for files that an earlier page sent or began to send. */
  source?: File;
  /** What the first megabyte looks like; absent until it was read. */
  look?: LocalLook;
  /** Bytes that have arrived. */
  sent: number;
  /** Bytes a second over the last seconds; 0 when nothing moves. */
  speed: number;
  /** What went wrong, for people. */
  error?: string;
  /** The server's upload. */
  uploadId?: string;
  arrived?: ArrivedFile;
}

export interface BatchTotals {
  files: number;
  done: number;
  failed: number;
  /** Files that `uploadAll` would send. */
  sendable: number;
  /** Bytes of all files that are to arrive or have. */
  bytes: number;
  sent: number;
  /** Bytes a second. */
  speed: number;
  /** Absent while it cannot be told. */
  secondsLeft?: number;
  busy: boolean;
  paused: boolean;
}
