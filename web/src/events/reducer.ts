import type { Job, JobEvent, JobState, JobSummary, Stage } from "../api/types";

/** The stages in the order in which they run. */
export const STAGES: readonly Stage[] = ["import_original", "import_enriched", "consolidate", "match", "export"];

export interface StageProgress {
  rows: number;
  /** Absent while it is not known. */
  total?: number;
  rowsPerSecond?: number;
  done: boolean;
}

/** What is known of a job while it runs. */
export interface LiveJob {
  id: string;
  state: JobState;
  /** Of the whole job, 0 to 100; never goes down while the job is active. */
  percentage: number;
  stage?: Stage;
  stages: Partial<Record<Stage, StageProgress>>;
  /** Seconds. */
  eta?: number;
  message?: string;
  /** Why it failed or waits. */
  reason?: string;
  /** Its lock was lost and it will be taken up again. */
  stalled: boolean;
}

export type Socket = "connecting" | "open" | "reconnecting";

export interface LiveState {
  jobs: Readonly<Record<string, LiveJob>>;
  socket: Socket;
  /** Id of the last event seen: where a new connection goes on. */
  lastEvent?: string;
  /** Counts events after which lists must be fetched anew. */
  revision: number;
}

export type LiveAction =
  | { type: "event"; event: JobEvent }
  | { type: "job"; job: Job | JobSummary }
  | { type: "socket"; status: Socket };

export const noJobs: LiveState = { jobs: {}, socket: "connecting", revision: 0 };

/** The one place where events change what the page knows; pure. */
export function reduceLive(state: LiveState, action: LiveAction): LiveState {
  switch (action.type) {
    case "socket":
      return state.socket === action.status ? state : { ...state, socket: action.status };
    case "job":
      return withJob(state, fromServer(state.jobs[action.job.id], action.job));
    case "event":
      return withEvent(state, action.event);
  }
}

const withJob = (state: LiveState, job: LiveJob): LiveState => ({ ...state, jobs: { ...state.jobs, [job.id]: job } });

const fresh = (id: string, state: JobState): LiveJob => ({ id, state, percentage: 0, stages: {}, stalled: false });

const FINAL = new Set<JobState>(["completed", "failed", "cancelled"]);

/** The server's answer is the truth of its moment, but an answer may be older than an event that came by the socket. */
function fromServer(known: LiveJob | undefined, job: Job | JobSummary): LiveJob {
  const isLate = known && FINAL.has(known.state) && job.state === "active";
  const base = known && (known.state === job.state || isLate) ? known : fresh(job.id, job.state);
  const next: LiveJob = { ...base, reason: job.failed_reason ?? base.reason };
  const progressed = job.progress && job.state !== "waiting" ? withProgress(next, job.progress) : next;
  return progressed.state === "completed" ? finished(progressed) : progressed;
}

function withEvent(state: LiveState, event: JobEvent): LiveState {
  const lastEvent = event.id ?? state.lastEvent;
  if (event.type === "reset") return { ...state, lastEvent, revision: state.revision + 1 };
  const id = event.job_id;
  if (!id) return { ...state, lastEvent };
  const known = state.jobs[id];
  const revision = event.type === "progress" ? state.revision : state.revision + 1;
  const next: LiveState = { ...state, lastEvent, revision };
  switch (event.type) {
    case "added":
    case "waiting":
      return withJob(next, fresh(id, "waiting"));
    case "delayed":
      return withJob(next, { ...fresh(id, "delayed"), reason: event.reason });
    case "active":
      return withJob(next, { ...fresh(id, "active") });
    case "progress": {
      // Late, after the end: events of one job come in order, but the end may have come by an answer.
      if (known && FINAL.has(known.state)) return { ...state, lastEvent };
      const job: LiveJob = known?.state === "active" ? known : fresh(id, "active");
      return withJob(next, event.progress ? withProgress({ ...job, stalled: false }, event.progress) : job);
    }
    case "stalled":
      return withJob(next, { ...(known ?? fresh(id, "waiting")), state: "waiting", stalled: true });
    case "completed":
      return withJob(next, finished({ ...(known ?? fresh(id, "completed")), state: "completed", reason: undefined }));
    case "failed":
      return withJob(next, { ...(known ?? fresh(id, "failed")), state: "failed", reason: event.reason });
    case "cancelled":
      return withJob(next, { ...(known ?? fresh(id, "cancelled")), state: "cancelled" });
    case "removed": {
      const { [id]: _, ...jobs } = next.jobs;
      return { ...next, jobs };
    }
  }
}

function withProgress(job: LiveJob, progress: NonNullable<JobEvent["progress"]>): LiveJob {
  const at = STAGES.indexOf(progress.stage);
  const stages = { ...job.stages };
  for (const stage of STAGES.slice(0, at)) stages[stage] = ended(stages[stage]);
  stages[progress.stage] = {
    rows: progress.rowsProcessed ?? stages[progress.stage]?.rows ?? 0,
    total: progress.totalRows ?? stages[progress.stage]?.total,
    rowsPerSecond: progress.rowsPerSecond,
    done: false,
  };
  return {
    ...job,
    stages,
    stage: progress.stage,
    percentage: Math.max(job.percentage, progress.percentage),
    eta: progress.eta,
    message: progress.message,
  };
}

/** The last word of a stage may not be heard: when it is over, it has done all of its rows, if it was told how many. */
const ended = (stage: StageProgress | undefined): StageProgress => ({ ...stage, rows: stage?.total ?? 0, done: true });

function finished(job: LiveJob): LiveJob {
  const stages: LiveJob["stages"] = {};
  for (const stage of STAGES) stages[stage] = ended(job.stages[stage]);
  return { ...job, stages, percentage: 100, eta: 0 };
}
