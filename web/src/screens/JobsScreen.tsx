import { useDeferredValue, useState } from "react";
import { Link, useLocation, useSearch } from "wouter";
import { wordsOf } from "../api/client";
import { useJobAction, useJobs } from "../api/queries";
import type { JobState, JobSummary } from "../api/types";
import { useLive } from "../events/LiveProvider";
import { ago, count } from "../ui/format";
import { Check, Close, List, Plus, Retry, Search, Trash } from "../ui/icons";
import { Banner, Card, Empty, Head, Meter, Segmented, Skeleton } from "../ui/parts";

const STATES: Record<JobState, { name: string; tone: string }> = {
  waiting: { name: "Waiting", tone: "" },
  delayed: { name: "Tried again soon", tone: "chip--warn" },
  active: { name: "Running", tone: "chip--accent" },
  completed: { name: "Done", tone: "chip--good" },
  failed: { name: "Failed", tone: "chip--bad" },
  cancelled: { name: "Cancelled", tone: "" },
};
const isState = (value: string | null): value is JobState => value !== null && value in STATES;

/** All jobs: the filter stands in the URL. */
export default function JobsScreen() {
  const [, go] = useLocation();
  const query = new URLSearchParams(useSearch());
  const asked = query.get("state");
  const state = isState(asked) ? asked : undefined;
  const [search, setSearch] = useState(query.get("search") ?? "");
  const wanted = useDeferredValue(search.trim());
  const jobs = useJobs({ state, search: wanted });
  const counts = jobs.data?.pages[0]?.counts;
  const list = jobs.data?.pages.flatMap((page) => page.jobs) ?? [];
  const address = (next: { state?: string; search?: string }) => {
    const parameters = new URLSearchParams();
    if (next.state) parameters.set("state", next.state);
    if (next.search) parameters.set("search", next.search);
    const text = parameters.toString();
    go(`/jobs${text ? `?${text}` : ""}`, { replace: true });
  };
  const all = counts ? Object.values(counts).reduce((sum, one) => sum + one, 0) : 0;
  const tab = (value: JobState | "all", name: string) => ({
    value,
    label: (
      <>
        {name} {counts && <em>{count(value === "all" ? all : counts[value])}</em>}
      </>
    ),
  });
  return (
    <main id="main">
      <Head
        title="Jobs"
        end={
          <Link className="button button--primary" href="/">
            <Plus /> New merge
          </Link>
        }
      >
        Every merge of this server, the newest first.
      </Head>
      <div className="row spread">
        <Segmented
          legend="State"
          value={state ?? "all"}
          onChange={(value) => address({ state: value === "all" ? undefined : value, search: wanted })}
          choices={[tab("all", "All"), tab("active", "Running"), tab("waiting", "Waiting"), tab("completed", "Done"), tab("failed", "Failed"), tab("cancelled", "Cancelled")]}
        />
        <label className="search">
          <span className="sr">Find a job</span>
          <Search small />
          <input
            className="input input--small"
            type="search"
            placeholder="Find a job"
            value={search}
            onChange={(event) => {
              setSearch(event.target.value);
              address({ state, search: event.target.value.trim() });
            }}
          />
        </label>
      </div>
      {jobs.error && (
        <Banner tone="bad" title="The jobs cannot be listed" action={<button type="button" className="button button--small" onClick={() => void jobs.refetch()}>Try again</button>}>
          {wordsOf(jobs.error)}
        </Banner>
      )}
      {jobs.isPending && (
        <div className="stack" aria-busy="true" aria-label="Listing the jobs">
          <Skeleton height={64} />
          <Skeleton height={64} />
          <Skeleton height={64} />
        </div>
      )}
      {jobs.data && (
        <Card>
          {list.length === 0 ? (
            <Empty
              icon={<List />}
              title={wanted || state ? "No such job" : "No jobs yet"}
              action={!wanted && !state && <Link className="button button--primary" href="/">Start a merge</Link>}
            >
              {wanted || state ? "Nothing fits this filter." : "Your merges will be listed here, with their results."}
            </Empty>
          ) : (
            <ul className="jobs">
              {list.map((job) => (
                <JobRow key={job.id} job={job} />
              ))}
            </ul>
          )}
        </Card>
      )}
      {jobs.hasNextPage && (
        <button type="button" className="button" disabled={jobs.isFetchingNextPage} onClick={() => void jobs.fetchNextPage()}>
          {jobs.isFetchingNextPage ? "Loading…" : "Show earlier jobs"}
        </button>
      )}
    </main>
  );
}

function JobRow({ job }: { job: JobSummary }) {
  const live = useLive().state.jobs[job.id];
  const action = useJobAction();
  const [asked, setAsked] = useState(false);
  const state = live?.state ?? job.state;
  const isOpen = state === "active" || state === "waiting" || state === "delayed";
  const percentage = live?.percentage ?? job.progress?.percentage ?? 0;
  return (
    <li className="job" data-state={state}>
      <Link className="job-main" href={`/jobs/${job.id}/${state === "completed" ? "result" : "run"}`}>
        <strong>{job.name}</strong>
        <small className="muted">
          {ago(job.created_at)}
          {job.submitted_by && job.submitted_by !== "local" ? ` · ${job.submitted_by}` : ""}
          {job.finished_at && job.started_at && state === "completed" ? ` · took ${took(job.started_at, job.finished_at)}` : ""}
        </small>
      </Link>
      <span className="job-state">
        {state === "active" ? (
          <span className="job-progress">
            <Meter value={percentage / 100} label={`Progress of ${job.name}`} />
            <span className="num">{Math.floor(percentage)} %</span>
          </span>
        ) : (
          <span className={`chip ${STATES[state].tone}`}>
            {state === "completed" && <Check small />}
            {STATES[state].name}
          </span>
        )}
      </span>
      <span className="job-actions">
        {asked ? (
          <>
            <button type="button" className="button button--ghost button--small" onClick={() => setAsked(false)}>
              Keep
            </button>
            <button
              type="button"
              className="button button--danger button--small"
              autoFocus
              disabled={action.isPending}
              onClick={() => action.mutate({ id: job.id, action: isOpen ? "cancel" : "delete" }, { onSettled: () => setAsked(false) })}
            >
              {isOpen ? "Stop it" : "Delete with its files"}
            </button>
          </>
        ) : (
          <>
            {(state === "failed" || state === "cancelled") && (
              <button type="button" className="icon-button" aria-label={`Try ${job.name} again`} disabled={action.isPending} onClick={() => action.mutate({ id: job.id, action: "retry" })}>
                <Retry small />
              </button>
            )}
            <button type="button" className="icon-button" aria-label={`${isOpen ? "Cancel" : "Delete"} ${job.name}`} onClick={() => setAsked(true)}>
              {isOpen ? <Close small /> : <Trash small />}
            </button>
          </>
        )}
      </span>
      {state === "failed" && job.failed_reason && <p className="job-reason">{job.failed_reason.replace(/^[a-z_]+: /, "")}</p>}
      {action.error && <p className="job-reason">{wordsOf(action.error)}</p>}
    </li>
  );
}

function took(from: string, to: string): string {
  const seconds = (new Date(to).getTime() - new Date(from).getTime()) / 1000;
  return seconds < 1 ? "less than a second" : seconds < 60 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`;
}
