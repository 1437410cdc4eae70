import { fireEvent, render, screen, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import type { Report } from "../api/report";
import type { Preview } from "../api/types";
import { ago, percent } from "../ui/format";
import { FillChart } from "./job/FillChart";
import { plainReason } from "./job/RunView";
import { Scorecard } from "./job/Scorecard";
import { withColumn } from "./rules/ColumnRules";
import { PreviewTable } from "./rules/PreviewTable";

const preview = {
  columns: [
    { name: "Email", role: "original", sources: [] },
    { name: "City", role: "original", sources: [] },
    { name: "Title", role: "original", sources: [] },
    { name: "Seniority", role: "fresh", sources: [] },
  ],
  rows: [
    {
      row: 7,
      matched: true,
      values: ["ada@example.com", "London", "Countess", "Senior"],
      changes: [
        { column: "City", before: "", after: "London", source: "apollo" },
        { column: "Title", before: "Analyst", after: "Countess", source: "zoominfo" },
        { column: "Seniority", before: "", after: "Senior", source: "apollo" },
      ],
    },
  ],
} as unknown as Preview;

describe("the preview's rows", () => {
  const table = (moment: "before" | "after") => render(<PreviewTable preview={preview} shown="yours" moment={moment} labels={["apollo", "zoominfo"]} />);

  it("mark what was filled and what was replaced, and say by whom", () => {
    table("after");
    const filled = screen.getByText("London").closest("td")!;
    expect(filled).toHaveClass("is-fill");
    expect(filled).toHaveTextContent("was blank, from apollo");
    const replaced = screen.getByText("Countess").closest("td")!;
    expect(replaced).toHaveClass("is-over");
    expect(replaced).toHaveTextContent("replaces Analyst, from zoominfo");
    expect(screen.getByText("ada@example.com").closest("td")).not.toHaveAttribute("data-change");
    expect(screen.queryByText("Seniority")).toBeNull();
  });

  it("show the values before", () => {
    table("before");
    expect(screen.getByText("Analyst")).toBeVisible();
    expect(screen.queryByText("London")).toBeNull();
  });

  it("are walked by arrow keys, with one stop for the tab key", () => {
    const { container } = table("after");
    const cells = [...container.querySelectorAll<HTMLElement>("td[data-change]")];
    expect(cells.map((cell) => cell.tabIndex)).toEqual([0, -1]);
    cells[0]!.focus();
    fireEvent.keyDown(cells[0]!, { key: "ArrowRight" });
    expect(cells[1]).toHaveFocus();
    expect(within(container).getByText("Analyst")).toBeInTheDocument();
  });
});

const column = (name: string, before: number, after: number, by: Record<string, number>, fresh = false) => ({
  name, new: fresh, filled_before: before, filled_after: after, changed: after - before, filled_by: by, conflicts: { real: 0, formatting: 0 },
});
const vendor = (name: string, more = {}) => ({ name, rows: 10, contributed: 5, matched_nothing_used: 0, unmatched: 5, without_key: 0, ...more });
const report = {
  output_rows: 100,
  enriched: [vendor("apollo", { cells: { filled: 40, filled_alone: 30, replaced: 3, agreeing: 5, overridden: 2 } }), vendor("zoominfo", { cells: { filled: 8, filled_alone: 0, replaced: 0, agreeing: 1, overridden: 0 } })],
  columns: [column("Email", 100, 100, {}), column("City", 40, 80, { apollo: 30, zoominfo: 10 }), column("Seniority", 0, 7, { apollo: 7 }, true)],
} as unknown as Report;

describe("the charts", () => {
  it("say before, after and gained as text, the largest gain first", () => {
    render(<FillChart report={report} />);
    const rows = screen.getAllByRole("row").slice(1);
    expect(rows[0]).toHaveTextContent(/City.*40.0 %.*80.0 %.*\+40/);
    expect(screen.queryByText("Seniority")).toBeNull();
    fireEvent.click(screen.getByLabelText("New columns"));
    expect(screen.getByRole("row", { name: /Seniority.*\+7/ })).toBeInTheDocument();
  });

  it("say what would be lost without a vendor", () => {
    render(<Scorecard report={report} />);
    const [apollo, zoominfo] = screen.getAllByRole("listitem");
    expect(apollo).toHaveTextContent("Without apollo you would lose 30 cells. It replaced 3 values of yours.");
    expect(zoominfo).toHaveTextContent("Everything zoominfo filled, another vendor has too.");
  });

  it("count what each filled where a report has no scorecard", () => {
    render(<Scorecard report={{ ...report, enriched: [vendor("apollo")] } as Report} />);
    expect(screen.getByText("37 cells")).toBeInTheDocument();
  });
});

it("takes a failure's code and the command line's hints off", () => {
  expect(plainReason("invalid_input: crm.csv, line 3: a quote is never closed (--rejects FILE sets it aside)")).toEqual({ code: "invalid_input", text: "crm.csv, line 3: a quote is never closed" });
  expect(plainReason("it broke")).toEqual({ code: "", text: "it broke" });
});

it("keeps rules of single columns only where they say something", () => {
  const once = withColumn({}, "Title", "longest", undefined);
  expect(once).toEqual({ strategy_for: { Title: "longest" } });
  expect(withColumn(once, "Title", undefined, undefined)).toEqual({});
});

it("rounds shares so that nearly all is not all", () => {
  expect([0, 0.0001, 0.5, 0.9999, 1].map(percent)).toEqual(["0 %", "0.1 %", "50.0 %", "99.9 %", "100 %"]);
});

it("tells times as people do", () => {
  const now = Date.parse("2026-05-10T12:00:00Z");
  expect(["2026-05-10T11:59:58Z", "2026-05-10T11:55:00Z", "2026-05-09T12:00:00Z", "2026-04-01T12:00:00Z"].map((time) => ago(time, now))).toEqual(["just now", "5 minutes ago", "yesterday", "1 Apr 2026"]);
});
