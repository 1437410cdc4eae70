import { describe, expect, it } from "vitest";
import type { FileInfo, Preview, Profile, Rules } from "../api/types";
import { type Draft, emptyDraft, fromFragment, toFragment } from "./codec";
import { draftOfJob, jobDataOf, labelOf, type PreparedFile, prepared } from "./jobData";
import { freshName, mappedColumns, rulesFor, withTarget } from "./mapping";

const draft: Draft = {
  files: [
    { id: "a1", kind: "original", done: true },
    { id: "b2", kind: "enriched", done: false, read: { encoding: "windows-1252" } },
  ],
  rules: { on: ["email", "Größe:exact"], strategy: "longest" },
};

describe("a draft in the URL", () => {
  it("comes back as it went in, letters of all kinds included", () => {
    expect(fromFragment(toFragment(draft))).toEqual(draft);
    expect(toFragment(draft)).toMatch(/^#m=[\w-]+$/);
  });

  it("is nothing when it is empty, cut off or made up", () => {
    expect(toFragment(emptyDraft)).toBe("");
    for (const text of ["", "#", "#m=", "#m=%%%", toFragment(draft).slice(0, -9), `#m=${btoa("[1,2]")}`, "#m=bnVsbA"]) expect(fromFragment(text)).toEqual(emptyDraft);
  });

  it("takes no file that is none", () => {
    const bad = `#m=${btoa(JSON.stringify({ files: [{ id: "../x", kind: "original" }, { id: "ok", kind: "other" }, null], rules: [] }))}`.replaceAll("=", "").replace("#m", "#m=");
    expect(fromFragment(bad)).toEqual(emptyDraft);
  });
});

const profile = (...names: string[]): Profile =>
  ({ columns: names.map((name, i) => ({ name, position: i + 1, identifier: null, fill_rate: 1 })), sample: [names.map((name) => `${name} value`)] }) as unknown as Profile;
const info = (name: string, ...columns: string[]): FileInfo => ({ file_id: name, uri: `file:${name}`, name, kind: "enriched", size: 1, profile: profile(...columns) });
const file = (id: string, kind: "original" | "enriched", one: FileInfo, read = {}) => ({ draft: { id, kind, done: true, read }, info: one });

describe("job data", () => {
  const files = prepared([file("2", "enriched", info("apollo-export.csv"), { header: false, delimiter: "tab" }), file("1", "original", info("crm.csv")), file("3", "enriched", info("apollo-contacts-2026-05-01.csv"))]);

  it("names vendors as one would say them, each differently", () => {
    expect(files.map((one) => one.label)).toEqual(["original", "apollo", "apollo 2"]);
    expect(["zoominfo-contacts.csv.gz", "export.csv", "original.csv", "Connections.csv"].map(labelOf)).toEqual(["zoominfo", "export", "original.csv", "Connections"]);
  });

  it("has the files in order and says how they are to be read", () => {
    expect(jobDataOf(files, { on: ["email"] })).toEqual({
      original: { uri: "file:crm.csv", name: "crm.csv" },
      enriched: [
        { uri: "file:apollo-export.csv", name: "apollo", delimiter: "tab", has_header: false },
        { uri: "file:apollo-contacts-2026-05-01.csv", name: "apollo 2" },
      ],
      spec: { on: ["email"] },
    });
  });

  it("is nothing without an original or without a vendor", () => {
    expect(jobDataOf(files.slice(1), {})).toBeUndefined();
    expect(jobDataOf(files.slice(0, 1), {})).toBeUndefined();
  });

  it("gives the draft back, for jobs of the page", () => {
    expect(draftOfJob({ data: { spec: { on: ["id"] } }, metadata: { page: { files: draft.files } } })).toEqual({ files: draft.files, rules: { on: ["id"] } });
    expect(draftOfJob({ data: {}, metadata: { mine: 1 } })).toBeUndefined();
  });
});

describe("where columns go", () => {
  const [original, apollo] = prepared([file("1", "original", info("crm.csv", "Email", "Job Title", "City")), file("2", "enriched", info("apollo.csv", "email", "Title", "Seniority", "City"))]) as [PreparedFile, PreparedFile];
  const source = (column: string) => [{ file: "apollo", column }];
  const preview = {
    columns: [
      { name: "Email", role: "original", sources: source("email") },
      { name: "Job Title", role: "original", sources: source("Title") },
      { name: "City", role: "original", sources: [] },
      { name: "Seniority", role: "fresh", sources: source("Seniority") },
    ],
  } as unknown as Preview;
  const rows = (rules: Rules, seen: Preview | undefined = preview) => mappedColumns(apollo, original, rules, seen).map((row) => [row.column, row.target.to, row.reason]);

  it("follows the preview and says why", () => {
    expect(rows({})).toEqual([
      ["email", "original", "same"],
      ["Title", "original", "suggested"],
      ["Seniority", "new", "new"],
      ["City", "out", "protected"],
    ]);
  });

  it("goes by name alone before there is a preview", () => {
    expect(mappedColumns(apollo, original, {}, undefined).map((row) => row.target.to)).toEqual(["original", "new", "new", "original"]);
  });

  it("sends one vendor's column elsewhere, and back", () => {
    const sent = withTarget({}, "apollo", "Seniority", { to: "original", column: "Job Title" });
    expect(sent).toEqual({ map: [{ file: "apollo", theirs: "Seniority", ours: "Job Title" }] });
    expect(withTarget(sent, "apollo", "Seniority", undefined)).toEqual({});
  });

  it("leaves out one vendor's column and nobody else's", () => {
    const left = withTarget({ drop: ["Other"] }, "apollo", "City", { to: "out" });
    expect(left).toEqual({ map: [{ file: "apollo", theirs: "City", ours: "apollo: City" }], drop: ["Other", "apollo: City"] });
    expect(rows(left)[3]).toEqual(["City", "out", "left out"]);
    expect(rows({ map: [{ file: "apollo", theirs: "City", ours: null }] })[3]).toEqual(["City", "out", "left out"]);
    expect(withTarget(left, "apollo", "City", { to: "new", column: "Town" })).toEqual({ map: [{ file: "apollo", theirs: "City", ours: "Town" }], drop: ["Other"] });
  });

  it("finds a name that the original does not have", () => {
    expect(freshName("city", "apollo", ["City"])).toBe("apollo city");
    expect(freshName("Seniority", "apollo", ["City"])).toBe("Seniority");
  });

  it("fits saved rules to the files that are there", () => {
    const saved: Rules = { on: ["email"], map: [{ file: "apollo", theirs: "a", ours: "b" }, { file: "zoominfo", theirs: "c", ours: "zoominfo: c" }], drop: ["zoominfo: c", "x"] };
    expect(rulesFor(saved, ["original", "apollo"])).toEqual({ rules: { on: ["email"], map: [{ file: "apollo", theirs: "a", ours: "b" }], drop: ["x"] }, left: ["zoominfo"] });
  });
});
