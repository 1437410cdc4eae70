import { type BatchUpload, useBatchUpload } from "@crm-merge/batch-upload";
import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useRef, useState } from "react";
import type { Draft, DraftFile } from "../draft/codec";
import { useDraft } from "../draft/useDraft";

const Context = createContext<{ batch: BatchUpload } | undefined>(undefined);

/** Keeps the batch of uploads above the screens: going to the list of jobs and back stops nothing. */
export function UploadsProvider({ children }: { children: ReactNode }) {
  const { draft } = useDraft();
  const known = useRef<string[]>(draft.files.map((file) => file.id));
  const [session, setSession] = useState({ number: 0, draft });
  // Another merge's link was opened: its uploads are another batch.
  const shown = draft.files.map((file) => file.id);
  const isOther = shown.length > 0 && shown.join() !== known.current.join();
  useEffect(() => {
    if (!isOther) return;
    known.current = shown;
    setSession((before) => ({ number: before.number + 1, draft }));
  });
  const restart = useCallback(() => {
    known.current = [];
    setSession((before) => ({ number: before.number + 1, draft: { files: [], rules: {} } }));
  }, []);
  return (
    <Restart value={restart}>
      <OneBatch key={session.number} start={session.draft} known={known}>
        {children}
      </OneBatch>
    </Restart>
  );
}

const RestartContext = createContext<() => void>(() => undefined);
const Restart = RestartContext;

function OneBatch({ start, known, children }: { start: Draft; known: { current: string[] }; children: ReactNode }) {
  const { change } = useDraft();
  const batch = useBatchUpload({
    restore: start.files.map((file) => ({ uploadId: file.id, kind: file.kind })),
    onUploads: (uploads) => {
      known.current = uploads.map((upload) => upload.uploadId);
      change((draft) => ({
        ...draft,
        files: uploads.map((upload): DraftFile => {
          const before = draft.files.find((file) => file.id === upload.uploadId);
          return { id: upload.uploadId, kind: upload.kind, done: upload.done, ...(before?.read ? { read: before.read } : {}) };
        }),
      }));
    },
  });
  const busy = batch.totals.busy;
  useEffect(() => {
    if (!busy) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener("beforeunload", ask);
    return () => removeEventListener("beforeunload", ask);
  }, [busy]);
  const value = useMemo(() => ({ batch }), [batch]);
  return <Context value={value}>{children}</Context>;
}

export function useUploads(): BatchUpload {
  const value = useContext(Context);
  if (!value) throw new Error("useUploads needs an UploadsProvider");
  return value.batch;
}

/** Begins an empty batch, for a new merge. */
export const useRestart = () => useContext(RestartContext);
