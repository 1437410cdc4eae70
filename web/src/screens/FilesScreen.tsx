import { BatchUploadStep } from "@crm-merge/batch-upload";
import { useState } from "react";
import { useLocation } from "wouter";
import { StepBar } from "../app/StepBar";
import { useUploads } from "../app/Uploads";
import { fromFragment } from "../draft/codec";
import { forgetLastDraft, lastDraft, useDraft } from "../draft/useDraft";
import { ArrowRight } from "../ui/icons";
import { Head } from "../ui/parts";

export function FilesScreen() {
  const batch = useUploads();
  const { draft, fragment } = useDraft();
  const [, go] = useLocation();
  const isReady = draft.files.length >= 2 && draft.files.every((file) => file.done);
  const isRestoring = draft.files.length > 0 && batch.files.length === 0;
  return (
    <>
      <StepBar here="files" links={isReady ? { columns: `/columns${fragment}`, rules: `/rules${fragment}` } : {}} />
      <main id="main" className="narrow">
        <Head title={batch.files.length ? "Your files" : "Merge your CRM export with vendor data"}>
          {batch.files.length
            ? "Nothing leaves this page until you upload. One file is your CRM export; the others enrich it."
            : "One file back: every row of your export, filled in from what you bought, with an account of every cell that changed."}
        </Head>
        {isRestoring ? (
          <p className="muted" role="status">
            Looking up your files…
          </p>
        ) : (
          <BatchUploadStep batch={batch} continueLabel="Continue to columns" onContinue={() => go(`/columns${location.hash}`)}>
            <LastMerge />
            <Promises />
          </BatchUploadStep>
        )}
      </main>
    </>
  );
}

/** A way back to what was prepared before, where there is something. */
function LastMerge() {
  const [fragment, setFragment] = useState(lastDraft);
  const [, go] = useLocation();
  const files = fromFragment(fragment).files.length;
  if (files === 0) return null;
  return (
    <div className="last-merge">
      <span>
        <strong>You have a merge in preparation</strong> with {files} {files === 1 ? "file" : "files"}.
      </span>
      <button
        type="button"
        className="button button--ghost button--small"
        onClick={() => {
          forgetLastDraft();
          setFragment("");
        }}
      >
        Forget it
      </button>
      <button type="button" className="button button--small" onClick={() => go(`/${fragment}`)}>
        Pick up where you left <ArrowRight small />
      </button>
    </div>
  );
}

function Promises() {
  return (
    <ul className="promises">
      <li>
        <strong>Every row accounted for</strong>
        <span>The result has exactly your rows, each once, in your order.</span>
      </li>
      <li>
        <strong>Every cell as it was, or with a reason</strong>
        <span>Zeros, dates and phone numbers stay as they are. Changes name their source.</span>
      </li>
      <li>
        <strong>Tried before it runs</strong>
        <span>A live preview shows what your rules would do, on your own rows.</span>
      </li>
    </ul>
  );
}
