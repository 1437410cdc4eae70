import type { Report, ReportVendor, VendorCells } from "../../api/report";
import { count, counted, percent } from "../../ui/format";
import { Card, Source, sourceColor } from "../../ui/parts";

/** What each vendor is worth: what it filled, and what nobody else could have filled. */
export function Scorecard({ report }: { report: Report }) {
  // Reports of earlier versions lack these figures.
  const scored = report.enriched.flatMap((vendor) => (vendor.cells ? [{ vendor, cells: vendor.cells }] : []));
  if (scored.length < report.enriched.length) return <FilledBy report={report} />;
  const most = Math.max(1, ...scored.map(({ cells }) => cells.filled + cells.agreeing + cells.overridden));
  return (
    <Card title="What each vendor is worth" hint="Filled by nobody else is what you would lose without a vendor; the rest of what it filled another one has too.">
      <ul className="card-body scores">
        {scored.map(({ vendor, cells }, place) => (
          <Score key={vendor.name} vendor={vendor} cells={cells} place={place} most={most} />
        ))}
      </ul>
      <p className="legend legend--scores">
        <span className="key key--alone">Filled by nobody else</span>
        <span className="key key--shared">Filled, another has it too</span>
        <span className="key key--agree">Agreeing</span>
        <span className="key key--over">Overridden</span>
      </p>
    </Card>
  );
}

function Score({ vendor, cells, place, most }: { vendor: ReportVendor; cells: VendorCells; place: number; most: number }) {
  const { filled, filled_alone: alone, replaced, agreeing, overridden } = cells;
  const parts = [
    { name: "alone", value: alone },
    { name: "shared", value: Math.max(0, filled - alone) },
    { name: "agree", value: agreeing },
    { name: "over", value: overridden },
  ];
  return (
    <li className="score" style={{ ["--source" as string]: sourceColor(place) }}>
      <div className="row spread">
        <Source name={vendor.name} place={place} />
        <span className="muted small">
          {counted(vendor.contributed, "row")} of {count(vendor.rows)} used, {percent(vendor.rows ? vendor.contributed / vendor.rows : 0)}
        </span>
      </div>
      <div className="score-bar" aria-hidden="true">
        {parts.map((part) => (
          <span key={part.name} className={`key-fill--${part.name}`} style={{ width: `${(part.value * 100) / most}%` }} />
        ))}
      </div>
      <p>
        {alone > 0 ? (
          <>
            Without {vendor.name} you would lose <strong className="num">{counted(alone, "cell")}</strong>.
          </>
        ) : filled === 0 ? (
          <>{vendor.name} filled nothing.</>
        ) : (
          <>Everything {vendor.name} filled, another vendor has too.</>
        )}
        {replaced > 0 && <> It replaced {counted(replaced, "value")} of yours.</>}
      </p>
      <dl className="score-figures">
        <div><dt>Filled</dt><dd className="num">{count(filled)}</dd></div>
        <div><dt>By nobody else</dt><dd className="num">{count(alone)}</dd></div>
        <div><dt>Agreeing</dt><dd className="num">{count(agreeing)}</dd></div>
        <div><dt>Overridden</dt><dd className="num">{count(overridden)}</dd></div>
      </dl>
    </li>
  );
}

function FilledBy({ report }: { report: Report }) {
  const sums = report.enriched.map((vendor) => report.columns.reduce((sum, column) => sum + (column.filled_by[vendor.name] ?? 0), 0));
  const most = Math.max(1, ...sums);
  return (
    <Card title="What each vendor filled" hint="Cells of the result that came from it.">
      <ul className="card-body scores">
        {report.enriched.map((vendor, place) => (
          <li key={vendor.name} className="score" style={{ ["--source" as string]: sourceColor(place) }}>
            <div className="row spread">
              <Source name={vendor.name} place={place} />
              <span className="muted small">
                {counted(vendor.contributed, "row")} of {count(vendor.rows)} used
              </span>
            </div>
            <div className="score-bar" aria-hidden="true">
              <span className="key-fill--alone" style={{ width: `${((sums[place] ?? 0) * 100) / most}%` }} />
            </div>
            <p>
              <strong className="num">{counted(sums[place] ?? 0, "cell")}</strong> filled
            </p>
          </li>
        ))}
      </ul>
    </Card>
  );
}
