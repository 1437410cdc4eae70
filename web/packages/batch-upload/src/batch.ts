import AwsS3 from "@uppy/aws-s3";
import Uppy from "@uppy/core";
import { type UploadClient, type Upload, UploadError, wordsOf } from "./client";
import { lookAt } from "./look";
import { type BatchEvent, type BatchState, emptyBatch, isSendable, reduceBatch } from "./reducer";
import type { ArrivedFile, BatchFile, Kind } from "./types";

/** Parts in flight at once, over all files: browsers open six connections to a host, and the page needs one or two itself. */
const PARTS_AT_ONCE = 4;
/** Waits before a part is sent again (milliseconds); after the last the file has failed. */
const RETRY_DELAYS = [0, 1000, 3000, 5000, 10000];
/** Presigned URLs are asked for anew after this long; stores give them for an hour. */
const URL_AGE_MS = 30 * 60 * 1000;

type Meta = { batchId: string };
type Body = { file?: ArrivedFile; location?: string };
type UppyFile = ReturnType<Uppy<Meta, Body>["getFile"]>;

/**
 * A batch of uploads, outside of React: files are added, and sent in parts by Uppy, all at once. Its state changes through `reduceBatch` only.
 */
export class Batch {
  #state: BatchState = emptyBatch;
  #listeners = new Set<() => void>();
  #uppy: Uppy<Meta, Body>;
  /** By our id: the server's upload with its parts' URLs, and when they were given. */
  #uploads = new Map<string, { upload: Upload; at: number }>();
  #partSizes = new WeakMap<object, number>();
  #abandoned = new Set<string>();
  #next = 1;

  constructor(private readonly client: UploadClient) {
    this.#uppy = new Uppy<Meta, Body>({ autoProceed: false, allowMultipleUploadBatches: true });
    this.#uppy.addPreProcessor((ids) => this.#prepare(ids));
    this.#uppy.use(AwsS3<Meta, Body>, {
      limit: PARTS_AT_ONCE,
      retryDelays: RETRY_DELAYS,
      shouldUseMultipart: true,
      getChunkSize: (data) => this.#partSizes.get(data) ?? data.size,
      createMultipartUpload: async (file) => this.#names(file),
      listParts: async (file, { signal }) => this.#listParts(file, signal ?? undefined),
      signPart: async (file, { partNumber, signal }) => ({ method: "PUT", url: await this.#urlOf(file, partNumber, signal ?? undefined), headers: {} }),
      completeMultipartUpload: async (file, { parts, signal }) => this.#complete(file, parts, signal ?? undefined),
      // Uppy gives an upload up when it fails; we keep what has arrived, for a retry, unless the file was removed.
      abortMultipartUpload: async (file) => this.#abandon(file.meta.batchId),
    });
    this.#uppy.on("upload-progress", (file, { bytesUploaded }) => {
      if (file && bytesUploaded) this.#dispatch({ type: "progress", id: file.meta.batchId, sent: bytesUploaded, at: performance.now() });
    });
    this.#uppy.on("upload-error", (file, error) => {
      if (file) this.#dispatch({ type: "failed", id: file.meta.batchId, error: wordsOfFault(error) });
    });
    this.#uppy.on("upload-success", (file, { body }) => {
      if (file && body?.file) this.#dispatch({ type: "arrived", id: file.meta.batchId, file: body.file });
    });
  }

  subscribe = (listener: () => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };
  snapshot = () => this.#state;

  add = (sources: Iterable<File>) => {
    const files = [...sources].map((source) => ({ id: `f${this.#next++}`, source }));
    this.#dispatch({ type: "added", files });
    for (const { source } of files) {
      const file = this.#state.files.find((one) => one.source === source);
      if (!file) continue;
      void lookAt(source).then((look) => this.#dispatch({ type: "looked", id: file.id, look }));
    }
  };

  /** Files of an earlier page: those that arrived, and those that were begun. */
  restore = async (uploads: { uploadId: string; kind: Kind }[], signal?: AbortSignal) => {
    const files = await Promise.all(uploads.map((one) => this.#found(one.uploadId, one.kind, signal).catch(() => undefined)));
    if (!signal?.aborted) this.#dispatch({ type: "restored", files: files.filter((file) => file !== undefined) });
    return files.every((file) => file !== undefined);
  };

  setKind = (id: string, kind: Kind) => this.#dispatch({ type: "kind", id, kind });
  move = (id: string, by: number) => this.#dispatch({ type: "moved", id, by });

  uploadAll = () => this.#send(this.#state.files.filter(isSendable).map((file) => file.id));
  retry = (id: string) => this.#send([id]);

  pause = (id: string) => this.#setPaused(id, true);
  resume = (id: string) => this.#setPaused(id, false);
  pauseAll = () => this.#state.files.filter((file) => file.state === "sending" || file.state === "waiting").forEach((file) => this.pause(file.id));
  resumeAll = () => this.#state.files.filter((file) => file.state === "paused").forEach((file) => this.resume(file.id));

  remove = (id: string) => {
    const file = this.#state.files.find((one) => one.id === id);
    this.#abandoned.add(id);
    if (this.#uppyFile(id)) this.#uppy.removeFile(this.#uppyFile(id)!.id);
    if (file?.uploadId && file.state !== "done") void this.client.abandon(file.uploadId).catch(() => undefined);
    this.#dispatch({ type: "removed", id });
  };

  /** Lets go of everything; what is being sent stops, what has arrived stays. */
  close = () => {
    this.#uppy.pauseAll();
    this.#uppy.destroy();
    this.#listeners.clear();
  };

  #dispatch(event: BatchEvent) {
    this.#state = reduceBatch(this.#state, event);
    for (const listener of this.#listeners) listener();
  }

  #file = (id: string) => this.#state.files.find((one) => one.id === id);
  #uppyFile = (id: string) => this.#uppy.getFiles().find((one) => one.meta.batchId === id);

  async #found(uploadId: string, kind: Kind, signal?: AbortSignal): Promise<BatchFile> {
    const arrived = await this.client.arrived(uploadId, signal);
    const base = { id: `f${this.#next++}`, kind, speed: 0, uploadId };
    if (arrived) return { ...base, name: arrived.name, size: arrived.size, state: "done", sent: arrived.size, arrived };
    const upload = await this.client.get(uploadId, signal);
    this.#uploads.set(base.id, { upload, at: Date.now() });
    const sent = upload.parts.reduce((sum, part) => sum + (part.etag ? part.size : 0), 0);
    return { ...base, name: upload.name, size: upload.size, state: "missing", sent };
  }

  #send(ids: string[]) {
    this.#dispatch({ type: "asked", ids });
    const fresh: string[] = [];
    for (const id of ids) {
      const file = this.#file(id);
      const known = this.#uppyFile(id);
      if (known) void this.#uppy.retryUpload(known.id).catch(() => undefined);
      else if (file?.source) {
        // A file's identity is ours, so that two of the same name and size may both be sent.
        this.#uppy.addFile({ name: file.name, type: "text/csv", data: file.source, meta: { batchId: id }, source: id });
        fresh.push(id);
      }
    }
    if (fresh.length) void this.#uppy.upload().catch(() => undefined);
  }

  #setPaused(id: string, paused: boolean) {
    const file = this.#uppyFile(id);
    if (!file || (file.isPaused ?? false) === paused) return;
    this.#uppy.pauseResume(file.id);
    this.#dispatch({ type: paused ? "paused" : "resumed", id });
  }

  /** Before Uppy starts: the server's upload for each file, with the size of its parts. A file that is refused fails alone. */
  async #prepare(uppyIds: string[]) {
    await Promise.all(
      uppyIds.map(async (uppyId) => {
        const file = this.#uppy.getFile(uppyId);
        try {
          const upload = await this.#begin(file.meta.batchId);
          this.#partSizes.set(file.data as object, upload.part_size);
          // Always as if resumed: Uppy then asks which parts have arrived, and gives nothing up on failure.
          this.#uppy.setFileState(uppyId, { s3Multipart: { uploadId: upload.id, key: upload.id } } as Partial<UppyFile>);
        } catch (fault) {
          this.#uppy.emit("upload-error", this.#uppy.getFile(uppyId), fault as Error);
        }
      }),
    );
  }

  async #begin(id: string): Promise<Upload> {
    const known = this.#uploads.get(id);
    if (known) return known.upload;
    const file = this.#file(id);
    if (!file) throw new Error("removed");
    const upload = file.uploadId ? await this.client.get(file.uploadId) : await this.client.create({ name: file.name, size: file.size, kind: file.kind });
    this.#uploads.set(id, { upload, at: Date.now() });
    this.#dispatch({ type: "begun", id, uploadId: upload.id });
    return upload;
  }

  async #names(file: UppyFile) {
    const upload = await this.#begin(file.meta.batchId);
    return { uploadId: upload.id, key: upload.id };
  }

  async #fresh(file: UppyFile, signal?: AbortSignal): Promise<Upload> {
    const id = file.meta.batchId;
    const upload = await this.client.get((await this.#begin(id)).id, signal);
    this.#uploads.set(id, { upload, at: Date.now() });
    return upload;
  }

  async #listParts(file: UppyFile, signal?: AbortSignal) {
    const upload = await this.#fresh(file, signal);
    const arrived = upload.parts.filter((part) => part.etag);
    const sent = arrived.reduce((sum, part) => sum + part.size, 0);
    if (sent) this.#dispatch({ type: "progress", id: file.meta.batchId, sent, at: performance.now() });
    return arrived.map((part) => ({ PartNumber: part.number, Size: part.size, ETag: part.etag! }));
  }

  async #urlOf(file: UppyFile, number: number, signal?: AbortSignal): Promise<string> {
    const known = this.#uploads.get(file.meta.batchId);
    const upload = known && Date.now() - known.at < URL_AGE_MS ? known.upload : await this.#fresh(file, signal);
    const url = upload.parts[number - 1]?.url;
    if (!url) throw new Error(`part ${number} has no address`);
    return url;
  }

  async #complete(file: UppyFile, parts: { PartNumber?: number; ETag?: string }[], signal?: AbortSignal) {
    const upload = await this.#begin(file.meta.batchId);
    const arrived = await this.client.complete(
      upload.id,
      parts.map((part) => ({ number: part.PartNumber!, etag: part.ETag! })),
      signal,
    );
    if (arrived.size !== file.size) throw new Error(`The server has ${arrived.size} bytes of ${file.size}. Remove the file and send it again.`);
    return { location: arrived.uri, file: arrived };
  }

  async #abandon(id: string) {
    const known = this.#uploads.get(id);
    if (known && this.#abandoned.has(id)) await this.client.abandon(known.upload.id).catch(() => undefined);
  }
}

/** A fault of Uppy's or ours as one sentence. */
export function wordsOfFault(fault: unknown): string {
  if (fault instanceof UploadError) return fault.message;
  const source = (fault as { source?: XMLHttpRequest } | undefined)?.source;
  if (source && typeof source.status === "number") return wordsOf(source.status, source.responseText ?? "");
  return fault instanceof Error ? fault.message : "The upload failed.";
}
