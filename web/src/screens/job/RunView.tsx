import { useState } from "react";
import { Link, useLocation } from "wouter";
import { wordsOf } from "../../api/client";
import { useJobAction, useSubmitJob } from "../../api/queries";
import type { Job, JobSubmission, Stage } from "../../api/types";
import { type LiveJob, STAGES, type StageProgress } from "../../events/reducer";
import { formatDuration } from "@crm-merge/batch-upload";
import { ago, count, counted } from "../../ui/format";
import { Alert, Check, Retry, Stop } from "../../ui/icons";
import { Banner, Card, Head } from "../../ui/parts";

export const STAGE_NAMES: Record<Stage, string> = {
  import_original: "Reading your export",
  import_enriched: "Reading the vendor files",
  consolidate: "Combining what vendors know of a person",
  match: "Matching people",
  export: "Writing the result",
};

const TITLES: Record<Job["state"], string> = {
  waiting: "Waiting for its turn",
  delayed: "Waiting to be tried again",
  active: "Merging",
  completed: "Done",
  failed: "The merge could not be finished",
  cancelled: "Cancelled",
};

/** A job that waits, runs, failed or was cancelled. */
export function RunView({ job, live, fragment }: { job: Job; live?: LiveJob; fragment?: string }) {
  const state = live?.state ?? job.state;
  const action = useJobAction();
  const isOpen = state === "waiting" || state === "active" || state === "delayed";
  const percentage = state === "completed" ? 100 : (live?.percentage ?? 0);
  return (
    <main id="main" className="narrow">
      <Head title={TITLES[state]} end={isOpen && <Cancel job={job} />}>
        {job.name} · started {ago(job.started_at ?? job.created_at)}
        {job.submitted_by && job.submitted_by !== "local" ? ` by ${job.submitted_by}` : ""}
      </Head>
      {state === "failed" && <Failed job={job} reason={live?.reason ?? job.failed_reason ?? ""} fragment={fragment} />}
      {state === "cancelled" && (
        <Banner
          title="This merge was stopped. Nothing was written."
          action={
            <div className="row">
              {fragment && <Link className="button button--small" href={`/rules${fragment}`}>Change the rules</Link>}
              <button type="button" className="button button--primary button--small" disabled={action.isPending} onClick={() => action.mutate({ id: job.id, action: "retry" })}>
                <Retry small /> Run it again
              </button>
            </div>
          }
        >
          Your files are still here.
        </Banner>
      )}
      {state === "delayed" && <Banner tone="warn" title="It will be tried again by itself">{plainReason(live?.reason ?? job.failed_reason ?? "").text}</Banner>}
      {live?.stalled && <Banner tone="warn" title="The machine that did this job went away">It is taken up again in a moment; files already fetched are used again.</Banner>}
      {action.error && <Banner tone="bad">{wordsOf(action.error)}</Banner>}
      {state !== "cancelled" && state !== "failed" && (
        <Card>
          <div className="card-body stack run">
            <div className="run-total">
              <strong className="run-percent num">
                {Math.floor(percentage)}
                <small> %</small>
              </strong>
              <span className="muted">{isOpen ? timeLeft(state, live) : "Done"}</span>
            </div>
            <div className="run-bar" role="progressbar" aria-label="The whole merge" aria-valuemin={0} aria-valuemax={100} aria-valuenow={Math.floor(percentage)}>
              <span style={{ transform: `scaleX(${percentage / 100})` }} />
            </div>
            <ol className="stages">
              {STAGES.map((stage) => (
                <StageRow key={stage} name={STAGE_NAMES[stage]} progress={live?.stages[stage]} isCurrent={state === "active" && live?.stage === stage} />
              ))}
            </ol>
          </div>
        </Card>
      )}
      {isOpen && <p className="muted small">You can leave this page. The merge goes on, and this address shows it again.</p>}
      <p className="sr" role="status" aria-live="polite">
        {live?.stage && isOpen ? `${STAGE_NAMES[live.stage]}, ${Math.floor(percentage / 10) * 10} percent of the whole` : TITLES[state]}
      </p>
    </main>
  );
}

function timeLeft(state: Job["state"], live?: LiveJob): string {
  if (state === "waiting") return "It begins as soon as there is room.";
  if (live?.eta !== undefined && live.eta > 0) return `about ${formatDuration(live.eta)} left`;
  return live?.message ?? "Starting";
}

function StageRow({ name, progress, isCurrent }: { name: string; progress?: StageProgress; isCurrent: boolean }) {
  const share = progress?.done ? 1 : progress?.total ? Math.min(1, progress.rows / progress.total) : 0;
  return (
    <li className={`stage${progress?.done ? " is-done" : ""}${isCurrent ? " is-current" : ""}`}>
      <span className="stage-mark">{progress?.done ? <Check small /> : null}</span>
      <span className="stage-name">{name}</span>
      <span className="stage-bar" role="progressbar" aria-label={name} aria-valuemin={0} aria-valuemax={100} aria-valuenow={Math.round(share * 100)}>
        <span style={{ transform: `scaleX(${share})` }} />
      </span>
      <span className="stage-figures num">{progress && progress.rows > 0 ? figuresOf(progress, isCurrent) : ""}</span>
    </li>
  );
}

function figuresOf(progress: StageProgress, isCurrent: boolean): string {
  if (!isCurrent) return counted(progress.rows, "row");
  const of = progress.total ? ` of ${count(progress.total)}` : "";
  const speed = progress.rowsPerSecond ? ` · ${count(Math.round(progress.rowsPerSecond))}/s` : "";
  return `${count(progress.rows)}${of}${speed}`;
}

/** Asks once, in place: a click by mistake costs nothing. */
function Cancel({ job }: { job: Job }) {
  const [asked, setAsked] = useState(false);
  const action = useJobAction();
  const isOnItsWay = action.isPending || action.isSuccess || job.cancel_requested;
  if (isOnItsWay) return <button type="button" className="button" disabled>Stopping…</button>;
  if (!asked)
    return (
      <button type="button" className="button" onClick={() => setAsked(true)}>
        <Stop small /> Cancel
      </button>
    );
  return (
    <>
      <button type="button" className="button button--ghost" onClick={() => setAsked(false)}>
        Go on merging
      </button>
      <button type="button" className="button button--danger" autoFocus onClick={() => action.mutate({ id: job.id, action: "cancel" })}>
        Stop this merge
      </button>
    </>
  );
}

/** "invalid_input: text" as its parts; the text without the command line's hints. */
export function plainReason(reason: string): { code: string; text: string } {
  const found = /^([a-z_]+): (.*)$/s.exec(reason);
  const text = (found?.[2] ?? reason).replace(/\s*\((?:--[^)]*|[^)]*--[a-z][^)]*)\)/g, "").trim();
  return { code: found?.[1] ?? "", text };
}

function Failed({ job, reason, fragment }: { job: Job; reason: string; fragment?: string }) {
  const { code, text } = plainReason(reason);
  const action = useJobAction();
  const submit = useSubmitJob();
  const [, go] = useLocation();
  const data = job.data as JobSubmission | undefined;
  const hasBadLines = code === "invalid_input" && /--rejects|outputs\.rejects|set aside/.test(reason) && !!data && !data.outputs?.rejects;
  const setAside = () => {
    const next: JobSubmission = { ...data!, outputs: { ...data!.outputs, rejects: true }, options: { name: job.name } };
    submit.mutate({ data: next, key: `${job.id}-rejects` }, { onSuccess: (made) => go(`/jobs/${made.id}/run`) });
  };
  return (
    <div className="stack">
      <Banner tone="bad" title={code === "invalid_input" ? "A file has something that cannot be read" : undefined}>
        {text || "It ended without a reason."}
      </Banner>
      {submit.error && <Banner tone="bad">{wordsOf(submit.error)}</Banner>}
      <div className="row">
        {hasBadLines && (
          <button type="button" className="button button--primary" disabled={submit.isPending} onClick={setAside}>
            Set such lines aside and continue
          </button>
        )}
        {fragment && (
          <Link className={`button${hasBadLines ? "" : " button--primary"}`} href={`/columns${fragment}`}>
            Look at the files
          </Link>
        )}
        <button type="button" className="button" disabled={action.isPending} onClick={() => action.mutate({ id: job.id, action: "retry" })}>
          <Retry small /> Try again as it is
        </button>
      </div>
      {hasBadLines && <p className="muted small">Lines that cannot be read come in a file of their own, with the reason for each. No other line is lost.</p>}
      {job.log && job.log.lines.length > 0 && (
        <details className="card more">
          <summary>
            <Alert small /> What the job wrote down
          </summary>
          <pre className="log" tabIndex={0}>
            {job.log.lines.join("\n")}
          </pre>
        </details>
      )}
    </div>
  );
}
