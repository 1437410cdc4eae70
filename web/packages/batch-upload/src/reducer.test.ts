import { describe, expect, it } from "vitest";
import type { LocalLook } from "./look";
import { type BatchEvent, type BatchState, emptyBatch, reduceBatch, totalsOf } from "./reducer";
import type { ArrivedFile } from "./types";

const after = (...events: BatchEvent[]) => events.reduce(reduceBatch, emptyBatch);
const added = (...names: string[]): BatchEvent => ({
  type: "added",
  files: names.map((name, i) => ({ id: `${name}-${i}`, source: new File(["x".repeat(100)], name) })),
});
const id = (state: BatchState, name: string) => state.files.find((file) => file.name === name)!.id;
const file = (state: BatchState, name: string) => state.files.find((one) => one.name === name)!;
const look = (columns: string[], error?: string): LocalLook => ({ format: "csv", compressed: false, columns, rows: [], findings: error ? [{ level: "error", text: error }] : [] });
const kinds = (state: BatchState) => Object.fromEntries(state.files.map((one) => [one.name, one.kind]));

describe("which file is the original", () => {
  it("is the first until a file with record ids is seen", () => {
    const first = after(added("apollo.csv", "crm.csv"));
    expect(kinds(first)).toEqual({ "apollo.csv": "original", "crm.csv": "enriched" });
    const seen = reduceBatch(first, { type: "looked", id: id(first, "crm.csv"), look: look(["Record ID", "Contact owner", "Email"]) });
    expect(kinds(seen)).toEqual({ "apollo.csv": "enriched", "crm.csv": "original" });
  });

  it("is what a person said, whatever is seen later", () => {
    const first = after(added("apollo.csv", "crm.csv"));
    const said = reduceBatch(first, { type: "kind", id: id(first, "apollo.csv"), kind: "original" });
    const seen = reduceBatch(said, { type: "looked", id: id(first, "crm.csv"), look: look(["Record ID", "Contact owner"]) });
    expect(kinds(seen)["apollo.csv"]).toBe("original");
  });

  it("is one at most", () => {
    const first = after(added("a.csv", "b.csv", "c.csv"));
    const said = reduceBatch(first, { type: "kind", id: id(first, "c.csv"), kind: "original" });
    expect(Object.values(kinds(said)).filter((kind) => kind === "original")).toHaveLength(1);
  });
});

it("orders enriched files by rank and stops at the ends", () => {
  const first = after(added("crm.csv", "a.csv", "b.csv", "c.csv"));
  const names = (state: BatchState) => state.files.filter((one) => one.kind === "enriched").map((one) => one.name);
  const up = reduceBatch(first, { type: "moved", id: id(first, "c.csv"), by: -1 });
  expect(names(up)).toEqual(["a.csv", "c.csv", "b.csv"]);
  expect(names(reduceBatch(up, { type: "moved", id: id(first, "a.csv"), by: -1 }))).toEqual(["a.csv", "c.csv", "b.csv"]);
});

describe("what keeps a file from being sent", () => {
  it("is a name that is there twice, until one of them goes", () => {
    const two = after(added("crm.csv", "list.csv", "list.csv"));
    expect(two.files.map((one) => one.state)).toEqual(["ready", "ready", "blocked"]);
    const one = reduceBatch(two, { type: "removed", id: two.files[1]!.id });
    expect(one.files.map((file) => file.state)).toEqual(["ready", "ready"]);
  });

  it("is what the look found", () => {
    const first = after(added("crm.csv", "empty.csv"));
    const seen = reduceBatch(first, { type: "looked", id: id(first, "empty.csv"), look: look([], "This file is empty.") });
    expect(file(seen, "empty.csv")).toMatchObject({ state: "blocked", error: "This file is empty." });
    expect(totalsOf(seen.files).sendable).toBe(1);
  });
});

describe("an upload's way", () => {
  const begun = after(added("crm.csv", "a.csv"), { type: "asked", ids: ["a.csv-1"] }, { type: "begun", id: "a.csv-1", uploadId: "u1" });

  it("has speed from what arrived over time", () => {
    const moving = [0, 20, 40].reduce((state, sent, i) => reduceBatch(state, { type: "progress", id: "a.csv-1", sent, at: i * 1000 }), begun);
    expect(file(moving, "a.csv")).toMatchObject({ state: "sending", sent: 40, speed: 20 });
    expect(totalsOf(moving.files)).toMatchObject({ busy: true, speed: 20, secondsLeft: 3 });
  });

  it("stands still while it is paused, late news or not", () => {
    const paused = [
      { type: "progress", id: "a.csv-1", sent: 40, at: 0 },
      { type: "paused", id: "a.csv-1" },
      { type: "progress", id: "a.csv-1", sent: 60, at: 10 },
    ].reduce<BatchState>((state, event) => reduceBatch(state, event as BatchEvent), begun);
    expect(file(paused, "a.csv")).toMatchObject({ state: "paused", sent: 40, speed: 0 });
    expect(file(reduceBatch(paused, { type: "resumed", id: "a.csv-1" }), "a.csv").state).toBe("sending");
  });

  it("fails alone, keeps what arrived, and can be tried again", () => {
    const failed = reduceBatch(reduceBatch(begun, { type: "progress", id: "a.csv-1", sent: 40, at: 0 }), { type: "failed", id: "a.csv-1", error: "The connection was lost." });
    expect(file(failed, "a.csv")).toMatchObject({ state: "failed", sent: 40, error: "The connection was lost." });
    expect(file(failed, "crm.csv").state).toBe("ready");
    expect(totalsOf(failed.files)).toMatchObject({ failed: 1, sendable: 2 });
  });

  it("ends with the server's file", () => {
    const arrived: ArrivedFile = { file_id: "u1", uri: "file:u1", name: "a.csv", kind: "enriched", size: 100 };
    const done = reduceBatch(begun, { type: "arrived", id: "a.csv-1", file: arrived });
    expect(file(done, "a.csv")).toMatchObject({ state: "done", sent: 100, arrived });
  });

  it("goes on after a reload when the same file is chosen again", () => {
    const restored = after({
      type: "restored",
      files: [{ id: "f9", name: "a.csv", size: 100, kind: "enriched", state: "missing", sent: 60, speed: 0, uploadId: "u1" }],
    });
    const again = reduceBatch(restored, { type: "added", files: [{ id: "x", source: new File(["x".repeat(100)], "a.csv") }] });
    expect(again.files).toHaveLength(1);
    expect(again.files[0]).toMatchObject({ id: "f9", state: "ready", sent: 60, uploadId: "u1" });
    const other = reduceBatch(restored, { type: "added", files: [{ id: "x", source: new File(["y"], "a.csv") }] });
    expect(other.files).toHaveLength(2);
  });
});

it("changes nothing for a file that is gone", () => {
  const state = after(added("crm.csv"));
  expect(reduceBatch(state, { type: "progress", id: "gone", sent: 1, at: 0 })).toBe(state);
});
