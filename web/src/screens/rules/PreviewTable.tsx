import { type KeyboardEvent, useRef, useState } from "react";
import type { Preview, PreviewRow } from "../../api/types";
import { sourceColor } from "../../ui/parts";

export type ShownColumns = "yours" | "new" | "all";
type Change = PreviewRow["changes"][number];
/** Names and addresses say who a row is: they are shown whatever changed. */
const WHO = /^(first.?name|last.?name|name|full.?name|e-?mail|e-?mail.?address)$/i;
const MOST_COLUMNS = 60;

interface Props {
  preview: Preview;
  shown: ShownColumns;
  moment: "before" | "after";
  labels: string[];
}

/** Twenty rows. Changed cells are marked and tell their source on hover, on focus and to screen readers; arrow keys go from one to the next. */
export function PreviewTable({ preview, shown, moment, labels }: Props) {
  const [tip, setTip] = useState<{ change: Change; top: number; left: number }>();
  const body = useRef<HTMLTableSectionElement>(null);
  const changed = new Set(preview.rows.flatMap((row) => row.changes.map((change) => change.column)));
  const columns = preview.columns
    .map((column, at) => ({ ...column, at }))
    .filter((column) => isShown(column, shown, changed))
    .slice(0, MOST_COLUMNS);

  const show = (element: HTMLElement, change: Change) => {
    const box = element.getBoundingClientRect();
    setTip({ change, top: box.bottom + 6, left: Math.min(box.left, innerWidth - 300) });
  };
  const walk = (event: KeyboardEvent<HTMLTableSectionElement>) => {
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Escape") setTip(undefined);
    if (!step) return;
    event.preventDefault();
    const cells = [...(body.current?.querySelectorAll<HTMLTableCellElement>("td[data-change]") ?? [])];
    const from = cells.indexOf(document.activeElement as HTMLTableCellElement);
    const here = cells[from];
    const isVertical = event.key === "ArrowDown" || event.key === "ArrowUp";
    const to = isVertical
      ? (step > 0 ? cells.slice(from + 1) : cells.slice(0, Math.max(0, from)).reverse()).find((cell) => cell.cellIndex === here?.cellIndex)
      : cells[from + step];
    to?.focus();
  };
  let first = true;
  return (
    <div className="scroll preview-scroll" onScroll={() => setTip(undefined)}>
      <table className="table preview-table">
        <thead>
          <tr>
            <th scope="col">Row</th>
            {columns.map((column) => (
              <th key={column.at} scope="col">
                {column.name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody ref={body} onKeyDown={walk} onMouseLeave={() => setTip(undefined)}>
          {preview.rows.map((row) => (
            <tr key={row.row} className={row.matched ? "" : "is-unmatched"}>
              <th scope="row" className="num">
                {row.row}
                <span className="sr">{row.matched ? "" : ", nobody was found for this row"}</span>
              </th>
              {columns.map((column) => {
                const change = row.changes.find((one) => one.column === column.name);
                const value = row.values[column.at] ?? "";
                if (!change) return <td key={column.at}><span className="cell">{value}</span></td>;
                if (moment === "before") return <td key={column.at}><span className="cell cell--before">{change.before || "–"}</span></td>;
                const place = labels.indexOf(change.source ?? "");
                const tabIndex = first ? 0 : -1;
                first = false;
                return (
                  <td
                    key={column.at}
                    data-change
                    tabIndex={tabIndex}
                    className={change.before ? "is-over" : "is-fill"}
                    style={{ ["--source" as string]: place < 0 ? undefined : sourceColor(place) }}
                    onMouseEnter={(event) => show(event.currentTarget, change)}
                    onMouseLeave={() => setTip(undefined)}
                    onFocus={(event) => show(event.currentTarget, change)}
                    onBlur={() => setTip(undefined)}
                  >
                    <span className="cell">{value}</span>
                    <span className="sr">
                      , {change.before ? `replaces ${change.before}` : "was blank"}
                      {change.source ? `, from ${change.source}` : ""}
                    </span>
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
      {tip && (
        <div className="tip" style={{ top: tip.top, left: tip.left }} aria-hidden="true">
          <span className="source" style={{ ["--source" as string]: sourceColor(labels.indexOf(tip.change.source ?? "")) }}>
            <span>{tip.change.source ?? "several vendors"}</span>
          </span>
          <dl>
            <dt>Before</dt>
            <dd>{tip.change.before || <i>blank</i>}</dd>
            <dt>After</dt>
            <dd>{tip.change.after}</dd>
          </dl>
        </div>
      )}
    </div>
  );
}

function isShown(column: Preview["columns"][number], shown: ShownColumns, changed: Set<string>): boolean {
  if (column.role === "original") return WHO.test(column.name) || shown === "all" || (shown === "yours" && changed.has(column.name));
  if (shown === "all") return true;
  return shown === "new" ? column.role === "fresh" && changed.has(column.name) : column.role === "alternate";
}
