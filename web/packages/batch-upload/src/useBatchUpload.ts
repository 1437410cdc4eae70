import { useEffect, useMemo, useRef, useSyncExternalStore } from "react";
import { Batch } from "./batch";
import { httpUploads, type UploadClient } from "./client";
import { totalsOf } from "./reducer";
import type { BatchFile, BatchTotals, Kind } from "./types";

export interface BatchUploadOptions {
  /** The server; by default crm-merge's API at /api/v1 of this host. */
  client?: UploadClient;
  /** Uploads of an earlier page, as `onUploads` told them: arrived ones are listed, begun ones wait for their bytes. Read once. */
  restore?: { uploadId: string; kind: Kind }[];
  /** Told whenever the uploads that the server knows change, in their order: keep them where a reload finds them (the URL, say). */
  onUploads?: (uploads: { uploadId: string; kind: Kind; done: boolean }[]) => void;
}

export interface BatchUpload {
  files: readonly BatchFile[];
  totals: BatchTotals;
  /** True once `restore` has been looked up. */
  add: (files: Iterable<File>) => void;
  setKind: (id: string, kind: Kind) => void;
  /** Moves an enriched file up (-1) or down (1) in rank. */
  move: (id: string, by: number) => void;
  /** Sends every file that is ready or has failed, all in parallel. */
  uploadAll: () => void;
  pause: (id: string) => void;
  resume: (id: string) => void;
  pauseAll: () => void;
  resumeAll: () => void;
  /** Goes on where a failed file stopped. */
  retry: (id: string) => void;
  /** Takes a file off the list; what was sent of it is given up, unless it has arrived. */
  remove: (id: string) => void;
}

/** Uploads one original and any number of enriched files at once. One batch per component; it ends with it. */
export function useBatchUpload(options: BatchUploadOptions = {}): BatchUpload {
  const client = options.client;
  const batch = useMemo(() => new Batch(client ?? httpUploads("/api/v1")), [client]);
  const { files } = useSyncExternalStore(batch.subscribe, batch.snapshot);

  const restore = useRef(options.restore);
  useEffect(() => {
    const ended = new AbortController();
    if (restore.current?.length) void batch.restore(restore.current, ended.signal);
    return () => ended.abort();
  }, [batch]);

  const onUploads = useRef(options.onUploads);
  onUploads.current = options.onUploads;
  const known = JSON.stringify(
    files.filter((file) => file.uploadId).map((file) => ({ uploadId: file.uploadId, kind: file.kind, done: file.state === "done" })),
  );
  const told = useRef<string>(undefined);
  useEffect(() => {
    // What stands at first is what `restore` named: nothing to tell until it was looked up.
    if (known !== (told.current ?? "[]")) {
      told.current = known;
      onUploads.current?.(JSON.parse(known) as { uploadId: string; kind: Kind; done: boolean }[]);
    }
  }, [known]);

  return useMemo(() => ({ ...actionsOf(batch), files, totals: totalsOf(files) }), [batch, files]);
}

function actionsOf(batch: Batch) {
  const { add, setKind, move, uploadAll, pause, resume, pauseAll, resumeAll, retry, remove } = batch;
  return { add, setKind, move, uploadAll, pause, resume, pauseAll, resumeAll, retry, remove };
}
