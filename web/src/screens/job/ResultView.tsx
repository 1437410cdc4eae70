import { formatBytes, formatDuration } from "@crm-merge/batch-upload";
import { useQuery } from "@tanstack/react-query";
import { Link } from "wouter";
import { wordsOf } from "../../api/client";
import { type Report, reportQuery } from "../../api/report";
import type { Job, OutputName } from "../../api/types";
import { ago, capital, count, counted, identifierName, percent } from "../../ui/format";
import { ChevronRight, Download, Retry } from "../../ui/icons";
import { Banner, Card, Head, Meter, Skeleton } from "../../ui/parts";
import { Conflicts } from "./Conflicts";
import { FillChart } from "./FillChart";
import { Scorecard } from "./Scorecard";

/** What happened to the user's file: every figure is the report's. */
export function ResultView({ job, fragment }: { job: Job; fragment?: string }) {
  const hasReport = !!job.outputs?.some((output) => output.name === "report");
  const { data: report, error, isPending } = useQuery(reportQuery(job.id, hasReport));
  const merged = job.outputs?.find((output) => output.name === "merged");
  return (
    <main id="main">
      <Head
        title={report ? `${count(report.matched_rows)} of ${counted(report.output_rows, "row")} matched` : "Your merged file is ready"}
        end={
          <>
            {fragment && (
              <Link className="button" href={`/rules${fragment}`}>
                <Retry small /> Run again with other rules
              </Link>
            )}
            {merged && (
              <a className="button button--primary" href={merged.url} download>
                <Download /> Download the merged file
              </a>
            )}
          </>
        }
      >
        {job.name} · finished {ago(job.finished_at ?? job.created_at)}
        {job.result ? ` in ${duration(job.result.processingTimeMs)}` : ""}
      </Head>
      {error && (
        <Banner tone="warn" title="Only the files are left">
          {wordsOf(error)}
        </Banner>
      )}
      {hasReport && isPending && (
        <div className="stack" aria-busy="true" aria-label="Reading the report">
          <Skeleton height={150} />
          <Skeleton height={320} />
        </div>
      )}
      {report && <Figures report={report} />}
      {report && <Attention report={report} />}
      <Downloads job={job} report={report} />
      {report && <Scorecard report={report} />}
      {report && <FillChart report={report} />}
      {report && job.outputs?.some((output) => output.name === "conflicts") && <Conflicts jobId={job.id} report={report} />}
      {report && <Account report={report} />}
    </main>
  );
}

const duration = (milliseconds: number) => (milliseconds < 1000 ? `${milliseconds} ms` : formatDuration(milliseconds / 1000));

function Figures({ report }: { report: Report }) {
  const own = report.columns.filter((column) => !column.new);
  const filled = own.reduce((sum, column) => sum + Math.max(0, column.filled_after - column.filled_before), 0);
  const conflicts = report.columns.reduce((sum, column) => sum + column.conflicts.real, 0);
  const fresh = report.columns.length - own.length;
  return (
    <section className="figures figures--result card" aria-label="Figures">
      <div className="figure figure--wide">
        <span className="figure-name">Match rate</span>
        <strong className="figure-value">{percent(report.match_rate)}</strong>
        <Meter value={report.match_rate} label="Match rate" tone="good" />
        <ul className="by">
          {report.by_identifier.map((one) => (
            <li key={one.identifier}>
              {capital(identifierName(one.identifier))} <b className="num">{count(one.rows_matched)}</b>
            </li>
          ))}
          <li>
            Not matched <b className="num">{count(report.unmatched_rows)}</b>
          </li>
        </ul>
      </div>
      <div className="figure">
        <span className="figure-name">Blanks filled</span>
        <strong className="figure-value">{count(filled)}</strong>
        <small>in your own columns</small>
      </div>
      <div className="figure">
        <span className="figure-name">New columns</span>
        <strong className="figure-value">{count(fresh)}</strong>
        <small>after yours</small>
      </div>
      <div className="figure">
        <span className="figure-name">Conflicts</span>
        <strong className="figure-value">{count(conflicts)}</strong>
        <small>settled by your rules</small>
      </div>
      <div className="figure">
        <span className="figure-name">New people</span>
        <strong className="figure-value">{count(report.net_new_records)}</strong>
        <small>not in your export</small>
      </div>
    </section>
  );
}

/** What somebody should look at: lines set aside, padded lines, keys that mean nobody. */
function Attention({ report }: { report: Report }) {
  const rejected = report.inputs.filter((input) => input.rejected > 0);
  const padded = report.inputs.filter((input) => input.padded > 0);
  const shared = report.shared_keys?.total ?? 0;
  const name = (input: { name: string }) => (input.name === "original" ? "your export" : input.name);
  if (rejected.length + padded.length + shared + report.warnings.length === 0) return null;
  return (
    <Banner tone={rejected.length ? "warn" : "plain"} title="Worth a look">
      <ul>
        {rejected.map((input) => (
          <li key={`r${input.name}`}>
            {counted(input.rejected, "line")} of {name(input)} could not be read and {input.rejected === 1 ? "was" : "were"} set aside: see “Lines set aside” below.
          </li>
        ))}
        {padded.map((input) => (
          <li key={`p${input.name}`}>
            {counted(input.padded, "line")} of {name(input)} had fewer values than columns; the rest was taken as blank.
          </li>
        ))}
        {shared > 0 && (
          <li>
            {counted(shared, "key")} stood on too many rows to mean one person, and matched nobody
            {report.shared_keys?.listed[0] ? `: ${report.shared_keys.listed[0].key}, say, on ${counted(report.shared_keys.listed[0].rows, "row")}` : ""}.
          </li>
        )}
        {report.warnings.map((text) => (
          <li key={text}>{withNames(text, report)}</li>
        ))}
      </ul>
    </Banner>
  );
}

/** The worker reads copies: people know files by their names. */
function withNames(text: string, report: Report): string {
  const input = report.inputs.find((one) => text.startsWith(`${one.path}:`));
  return input ? `${input.name === "original" ? "Your export" : input.name}${text.slice(input.path.length)}` : text;
}

const OUTPUTS: { name: OutputName; title: string; says: string }[] = [
  { name: "merged", title: "Merged file", says: "All your rows, in your order" },
  { name: "changes", title: "Changes for re-import", says: "Record ids and only the cells that changed" },
  { name: "unmatched_enriched", title: "New people", says: "In the vendor files, not in your export" },
  { name: "conflicts", title: "Conflicts", says: "Every cell where files disagree" },
  { name: "provenance", title: "Provenance", says: "Before, after, source and rule of every changed cell" },
  { name: "rejects", title: "Lines set aside", says: "With the reason for each" },
  { name: "report", title: "Report", says: "All figures, as JSON" },
];

function Downloads({ job, report }: { job: Job; report?: Report }) {
  const there = OUTPUTS.flatMap((one) => {
    const output = job.outputs?.find((published) => published.name === one.name);
    return output ? [{ ...one, url: output.url, size: job.result?.outputs[one.name] }] : [];
  });
  if (there.length === 0) return <Banner tone="warn" title="The files of this job are gone">Results are kept for a time. Run it again to have them back.</Banner>;
  const rowsOf = (name: OutputName, rows?: number) => rows ?? (name === "merged" ? report?.output_rows : name === "changes" ? report?.changed_rows : name === "unmatched_enriched" ? report?.net_new_records : undefined);
  return (
    <Card title="Files">
      <ul className="downloads">
        {there.map(({ name, title, says, url, size }) => {
          const rows = rowsOf(name, size?.rows);
          return (
            <li key={name}>
              <a href={url} download data-output={name}>
                <span className="download-icon">
                  <Download small />
                </span>
                <span>
                  <strong>{title}</strong>
                  <small>{says}</small>
                </span>
                <span className="download-size num">
                  {[rows !== undefined && counted(rows, "row"), size?.bytes !== undefined && formatBytes(size.bytes)].filter(Boolean).join(" · ")}
                </span>
              </a>
            </li>
          );
        })}
      </ul>
    </Card>
  );
}

/** Where every vendor row went, and what was decided: for those who want to know. */
function Account({ report }: { report: Report }) {
  return (
    <details className="card more">
      <summary>
        <ChevronRight small /> Every row and decision
        <small>the account behind the figures</small>
      </summary>
      <div className="card-body stack">
        <div className="scroll" tabIndex={0} role="region" aria-label="Rows of the vendor files">
          <table className="table">
            <thead>
              <tr>
                <th scope="col">File</th>
                <th scope="col" className="end">Rows</th>
                <th scope="col" className="end">Contributed</th>
                <th scope="col" className="end">Nothing used</th>
                <th scope="col" className="end">Not in your export</th>
                <th scope="col" className="end">Without a key</th>
              </tr>
            </thead>
            <tbody>
              {report.enriched.map((vendor) => (
                <tr key={vendor.name}>
                  <th scope="row" className="row-name">{vendor.name}</th>
                  {[vendor.rows, vendor.contributed, vendor.matched_nothing_used, vendor.unmatched, vendor.without_key].map((value, i) => (
                    <td key={i} className="end num">{count(value)}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
        <ul className="decisions">
          {report.decisions.map((text) => (
            <li key={text}>{text.replace(/\s*\((?:--[^)]*|[^)]*--[a-z][^)]*)\)/g, "")}</li>
          ))}
        </ul>
      </div>
    </details>
  );
}
