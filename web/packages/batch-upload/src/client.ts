import type { ArrivedFile, Kind } from "./types";

export interface Part {
  number: number;
  url: string;
  size: number;
  etag?: string;
}

export interface Upload {
  id: string;
  name: string;
  kind: Kind;
  size: number;
  /** Bytes of every part but the last. */
  part_size: number;
  parts: Part[];
}

/** The server's side of uploads. `httpUploads` speaks to crm-merge; another service needs these five calls. */
export interface UploadClient {
  create(file: { name: string; size: number; kind: Kind }, signal?: AbortSignal): Promise<Upload>;
  /** What has arrived: parts without an etag are missing. URLs are fresh. */
  get(id: string, signal?: AbortSignal): Promise<Upload>;
  complete(id: string, parts: { number: number; etag: string }[], signal?: AbortSignal): Promise<ArrivedFile>;
  abandon(id: string): Promise<void>;
  /** A file that has arrived, or nothing if its upload is not complete. */
  arrived(id: string, signal?: AbortSignal): Promise<ArrivedFile | undefined>;
}

/** A refusal in the server's own words. */
export class UploadError extends Error {
  constructor(
    message: string,
    readonly status: number,
  ) {
    super(message);
  }
}

/** `detail` of an RFC 9457 problem, or a sentence for the status. */
export function wordsOf(status: number, body: string): string {
  try {
    const problem = JSON.parse(body) as { detail?: unknown };
    if (typeof problem.detail === "string" && problem.detail) return problem.detail;
  } catch {
    // Not ours: a proxy's page, or a store's XML.
  }
  if (status === 0) return "The connection was lost.";
  if (status === 401) return "You are signed out. Sign in, then try again.";
  if (status === 413) return "The server does not take a file of this size.";
  return `The server answered ${status}.`;
}

/** crm-merge's calls under `base` ("/api/v1"). */
export function httpUploads(base: string): UploadClient {
  async function call<T>(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
    const response = await fetch(base + path, {
      method,
      signal: signal ?? null,
      credentials: "same-origin",
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { "Content-Type": "application/json" } }),
    }).catch((fault: unknown) => {
      if (signal?.aborted) throw fault;
      throw new UploadError("The server cannot be reached. Check the connection, then try again.", 0);
    });
    const text = await response.text();
    if (!response.ok) throw new UploadError(wordsOf(response.status, text), response.status);
    return (text ? JSON.parse(text) : undefined) as T;
  }
  return {
    create: (file, signal) => call("POST", "/uploads", file, signal),
    get: (id, signal) => call("GET", `/uploads/${id}`, undefined, signal),
    complete: (id, parts, signal) => call("POST", `/uploads/${id}/complete`, { parts }, signal),
    abandon: (id) => call("DELETE", `/uploads/${id}`),
    async arrived(id, signal) {
      try {
        await call("GET", `/files/${id}/profile`, undefined, signal);
      } catch (fault) {
        if (!(fault instanceof UploadError)) throw fault;
        if (fault.status === 409) return undefined;
        // It has arrived, but cannot be read as a table: completing again says why.
        if (fault.status !== 422) throw fault;
      }
      return call("POST", `/uploads/${id}/complete`, {}, signal);
    },
  };
}
