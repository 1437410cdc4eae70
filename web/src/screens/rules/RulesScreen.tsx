import { useMemo } from "react";
import { Link, useLocation } from "wouter";
import { wordsOf } from "../../api/client";
import { useSession, useSubmitJob } from "../../api/queries";
import type { Rules } from "../../api/types";
import { ALL_OUTPUTS, type JobMetadata, jobDataOf, labelOf, type PreparedFile } from "../../draft/jobData";
import { useDraft } from "../../draft/useDraft";
import { useFiles } from "../../draft/useFiles";
import { usePreview } from "../../draft/usePreview";
import { ArrowLeft, ArrowRight } from "../../ui/icons";
import { Banner, Head } from "../../ui/parts";
import { DraftGate } from "../DraftGate";
import { ColumnRules } from "./ColumnRules";
import { IdentifierList } from "./IdentifierList";
import { MoreRules } from "./MoreRules";
import { PolicyChoice, StrategyChoice } from "./Choices";
import { PreviewPane } from "./PreviewPane";
import { SavedRules } from "./SavedRules";

export default function RulesScreen() {
  const { draft } = useDraft();
  const files = useFiles(draft);
  return (
    <DraftGate here="rules" files={files}>
      <RulesAndPreview files={files.files} />
    </DraftGate>
  );
}

function RulesAndPreview({ files }: { files: PreparedFile[] }) {
  const { draft, fragment, change } = useDraft();
  const { rules } = draft;
  const { preview, fault, busy, retry } = usePreview(files, rules);
  const session = useSession();
  const [, go] = useLocation();
  const submit = useSubmitJob();
  const data = useMemo(() => {
    const job = jobDataOf(files, rules);
    const metadata: JobMetadata = { page: { files: draft.files } };
    return job && { ...job, outputs: ALL_OUTPUTS, metadata, options: { name: nameOf(files) } };
  }, [files, rules, draft.files]);
  // One key for the same data: pressing twice makes one job; other rules make another.
  const key = useMemo(() => (data ? newKey() : ""), [data]);
  const set = (next: Rules) => change((before) => ({ ...before, rules: next }));
  const mayWrite = session.data?.role === "write";
  const run = () => data && submit.mutate({ data, key }, { onSuccess: (job) => go(`/jobs/${job.id}/run`) });

  return (
    <main id="main">
      <Head title="Set the rules" end={<SavedRules rules={rules} labels={files.map((file) => file.label)} onUse={set} />}>
        The preview beside them is the merge itself on your own rows, anew with every change.
      </Head>
      <div className="rules">
        <div className="rules-form stack">
          <IdentifierList rules={rules} files={files} found={preview?.identifiers} onChange={set} />
          <PolicyChoice rules={rules} onChange={set} />
          <StrategyChoice rules={rules} files={files} onChange={set} />
          <ColumnRules rules={rules} files={files} preview={preview} onChange={set} />
          <MoreRules rules={rules} onChange={set} />
        </div>
        <PreviewPane preview={preview} fault={fault} busy={busy} retry={retry} files={files} />
      </div>
      {submit.error && (
        <Banner tone="bad" title="The merge was not started">
          {wordsOf(submit.error)}
        </Banner>
      )}
      <footer className="foot">
        <Link className="button button--ghost" href={`/columns${fragment}`}>
          <ArrowLeft /> Columns
        </Link>
        <span className="foot-text">{mayWrite ? "Your files stay as they are; the result is a new one." : "Your token may look, but not start a merge."}</span>
        <button type="button" className="button button--primary" disabled={!data || !!fault || submit.isPending || !mayWrite} onClick={run}>
          {submit.isPending ? "Starting…" : "Run the merge"} <ArrowRight />
        </button>
      </footer>
    </main>
  );
}

const MOST_NAME = 180;

/** "hubspot + apollo, zoominfo": what the list of jobs shows. */
function nameOf(files: PreparedFile[]): string {
  const [original, ...enriched] = files;
  return `${labelOf(original?.info.name ?? "merge")} + ${enriched.map((file) => file.label).join(", ")}`.slice(0, MOST_NAME);
}

/** crypto.randomUUID is only there over TLS and on localhost. */
function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
