import { useState } from "react";
import type { Report, ReportColumn } from "../../api/report";
import { count, percent } from "../../ui/format";
import { Card, Segmented, Source, sourceColor } from "../../ui/parts";

const FIRST = 12;

/** How full each column was and is, with who filled it. Plain HTML: bars are spans, the figures stand beside them as text. */
export function FillChart({ report }: { report: Report }) {
  const [shown, setShown] = useState<"yours" | "new">("yours");
  const [all, setAll] = useState(false);
  const rows = Math.max(1, report.output_rows);
  const gain = (column: ReportColumn) => column.filled_after - column.filled_before;
  const columns = report.columns.filter((column) => column.new === (shown === "new")).sort((a, b) => gain(b) - gain(a) || b.filled_after - a.filled_after);
  const gaining = columns.filter((column) => gain(column) > 0);
  const list = all ? columns : (gaining.length ? gaining : columns).slice(0, FIRST);
  const vendors = report.enriched.map((vendor) => vendor.name);
  return (
    <Card
      title="How full your columns are"
      hint="The grey part was filled before; the coloured part came from the vendors."
      end={
        <Segmented
          legend="Columns"
          value={shown}
          onChange={setShown}
          choices={[
            { value: "yours", label: "Your columns" },
            { value: "new", label: "New columns" },
          ]}
        />
      }
    >
      <div className="card-body">
        <p className="legend">
          <span className="key key--before">Before</span>
          {vendors.map((name, place) => (
            <Source key={name} name={name} place={place} />
          ))}
        </p>
        <table className="fill">
          <colgroup>
            <col className="fill-col-name" />
            <col />
            <col className="fill-col-figure" />
            <col className="fill-col-figure" />
            <col className="fill-col-figure" />
          </colgroup>
          <thead className="sr">
            <tr>
              <th scope="col">Column</th>
              <th scope="col">Filled</th>
              <th scope="col">Before</th>
              <th scope="col">After</th>
              <th scope="col">Gained</th>
            </tr>
          </thead>
          <tbody>
            {list.map((column) => (
              <tr key={column.name}>
                <th scope="row" title={column.name}>
                  {column.name}
                </th>
                <td className="fill-bar" aria-hidden="true">
                  <div>
                    <span className="fill-before" style={{ width: `${(column.filled_before * 100) / rows}%` }} />
                    {vendors.map((name, place) => {
                      const share = sharesOf(column, vendors)[place] ?? 0;
                      return share > 0 ? <span key={name} title={`${name}: ${count(share)}`} style={{ width: `${(share * 100) / rows}%`, background: sourceColor(place) }} /> : null;
                    })}
                  </div>
                </td>
                <td className="num fill-figure">{percent(column.filled_before / rows)}</td>
                <td className="num fill-figure">
                  <span aria-hidden="true">→ </span>
                  {percent(column.filled_after / rows)}
                </td>
                <td className={`num fill-gain${gain(column) > 0 ? "" : " is-none"}`}>{gain(column) > 0 ? `+${count(gain(column))}` : "–"}</td>
              </tr>
            ))}
          </tbody>
        </table>
        {columns.length > list.length && (
          <button type="button" className="button button--ghost button--small" onClick={() => setAll(true)}>
            Show all {count(columns.length)} columns
          </button>
        )}
      </div>
    </Card>
  );
}

/** A column's gain by vendor. `filled_by` counts replaced cells too: the bar shows what was blank before. */
function sharesOf(column: ReportColumn, vendors: string[]): number[] {
  const gain = Math.max(0, column.filled_after - column.filled_before);
  const counts = vendors.map((name) => column.filled_by[name] ?? 0);
  const sum = counts.reduce((total, one) => total + one, 0);
  return counts.map((one) => (sum > gain ? (one * gain) / sum : one));
}
