export { Batch } from "./batch";
export { BatchUploadStep, type BatchUploadStepProps } from "./BatchUploadStep";
export { httpUploads, UploadError, type Part, type Upload, type UploadClient } from "./client";
export { formatBytes, formatDuration, formatSpeed } from "./format";
export { findingsOf, lookAt, looksLikeOriginal, type Finding, type LocalLook } from "./look";
export type { ArrivedFile, BatchFile, BatchTotals, FileState, Kind } from "./types";
export { useBatchUpload, type BatchUpload, type BatchUploadOptions } from "./useBatchUpload";
