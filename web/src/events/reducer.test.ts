import { describe, expect, it } from "vitest";
import type { Job, JobEvent, Stage } from "../api/types";
import { type LiveAction, type LiveState, noJobs, reduceLive } from "./reducer";

const event = (type: JobEvent["type"], more: Partial<JobEvent> = {}): LiveAction => ({ type: "event", event: { type, job_id: "j", ...more } });
const progress = (stage: Stage, percentage: number, rows = 0, total?: number): LiveAction =>
  event("progress", { id: String(percentage), progress: { stage, percentage, progress: percentage, rowsProcessed: rows, totalRows: total } });
const after = (...actions: LiveAction[]): LiveState => actions.reduce(reduceLive, noJobs);
const job = (more: Partial<Job>): LiveAction => ({
  type: "job",
  job: { id: "j", name: "merge", state: "active", priority: 0, attempts: 3, attempts_made: 1, created_at: "2026-01-01T00:00:00Z", ...more },
});

describe("a job's events", () => {
  it("fill the stages in order: those before the current one are done", () => {
    const { stages, stage, percentage } = after(event("active"), progress("import_original", 10, 100, 200), progress("match", 60, 50, 200)).jobs["j"]!;
    expect(stages.import_original).toMatchObject({ rows: 200, total: 200, done: true });
    expect(stages.import_enriched).toMatchObject({ done: true });
    expect(stages.match).toMatchObject({ rows: 50, total: 200, done: false });
    expect(stages.export).toBeUndefined();
    expect({ stage, percentage }).toEqual({ stage: "match", percentage: 60 });
  });

  it("never take the percentage back", () => {
    expect(after(event("active"), progress("match", 60), progress("match", 40)).jobs["j"]!.percentage).toBe(60);
  });

  it("begin anew with a new attempt", () => {
    const again = after(event("active"), progress("match", 60), event("failed", { reason: "invalid_input: no" }), event("waiting"), event("active")).jobs["j"]!;
    expect(again).toMatchObject({ state: "active", percentage: 0, stages: {} });
    expect(again.reason).toBeUndefined();
  });

  it("end with everything done", () => {
    const done = after(event("active"), progress("match", 60), event("completed")).jobs["j"]!;
    expect(done).toMatchObject({ state: "completed", percentage: 100 });
    expect(Object.values(done.stages).every((stage) => stage.done)).toBe(true);
  });

  it("that come late change nothing", () => {
    const done = after(event("active"), event("completed"));
    expect(reduceLive(done, progress("match", 60)).jobs["j"]!.state).toBe("completed");
  });

  it("tell a stalled job from one that waits", () => {
    const stalled = after(event("active"), event("stalled"));
    expect(stalled.jobs["j"]).toMatchObject({ state: "waiting", stalled: true });
    expect(reduceLive(stalled, event("active")).jobs["j"]!.stalled).toBe(false);
  });

  it("make lists be fetched anew, but not with every step of progress", () => {
    const active = after(event("active"));
    expect(reduceLive(active, progress("match", 1)).revision).toBe(active.revision);
    expect(reduceLive(active, event("completed")).revision).toBe(active.revision + 1);
    expect(reduceLive(active, { type: "event", event: { type: "reset" } }).revision).toBe(active.revision + 1);
  });

  it("are remembered by the last one's id, to go on from there", () => {
    expect(after(event("added", { id: "1" }), event("active", { id: "2" }), { type: "event", event: { type: "reset" } }).lastEvent).toBe("2");
  });

  it("forget a job that was removed", () => {
    expect(after(event("completed"), event("removed")).jobs).toEqual({});
  });
});

describe("what the server answers", () => {
  it("is the whole picture after a reload", () => {
    const known = after(job({ progress: { stage: "consolidate", percentage: 50, progress: 50, rowsProcessed: 7 } })).jobs["j"]!;
    expect(known).toMatchObject({ state: "active", percentage: 50, stage: "consolidate" });
    expect(known.stages.import_original?.done).toBe(true);
  });

  it("may be older than an event: an end stays an end", () => {
    expect(after(event("completed"), job({ state: "active" })).jobs["j"]!.state).toBe("completed");
  });

  it("replaces what was missed while the connection was lost", () => {
    expect(after(event("active"), progress("match", 60), job({ state: "failed", failed_reason: "x" })).jobs["j"]).toMatchObject({ state: "failed", reason: "x" });
  });
});

it("is the same state when nothing changed", () => {
  const open = after({ type: "socket", status: "open" });
  expect(reduceLive(open, { type: "socket", status: "open" })).toBe(open);
});
