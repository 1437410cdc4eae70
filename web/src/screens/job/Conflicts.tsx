import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useDeferredValue, useState } from "react";
import { api, unwrap, wordsOf } from "../../api/client";
import type { Report } from "../../api/report";
import { count } from "../../ui/format";
import { ArrowLeft, ArrowRight, Search } from "../../ui/icons";
import { Banner, Card, Empty, Segmented, Skeleton, Source } from "../../ui/parts";

const PAGE_ROWS = 10;
type Kind = "real" | "formatting";

type Line = Record<"row" | "record_id" | "column" | "chosen" | "chosen_from" | "other" | "other_from", string>;

/** A line of the conflicts file by the names of its header. */
const named = (columns: string[], cells: string[]) => Object.fromEntries(columns.map((name, i) => [name, cells[i] ?? ""])) as Line;

/** Cells where files disagree: paged, filtered and searched on the server. */
export function Conflicts({ jobId, report }: { jobId: string; report: Report }) {
  const [kind, setKind] = useState<Kind>("real");
  const [column, setColumn] = useState("");
  const [search, setSearch] = useState("");
  // Where each page began: the last is the one that is shown.
  const [cursors, setCursors] = useState<string[]>([]);
  const wanted = useDeferredValue(search.trim());
  const cursor = cursors.at(-1);
  const query = useQuery({
    queryKey: ["conflicts", jobId, kind, column, wanted, cursor],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/v1/jobs/{id}/outputs/{name}/rows", {
          params: { path: { id: jobId, name: "conflicts" }, query: { kind, column: column || undefined, search: wanted || undefined, cursor, limit: PAGE_ROWS } },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
    staleTime: Infinity,
  });
  const total = (of: Kind) => report.columns.reduce((sum, one) => sum + one.conflicts[of], 0);
  const columns = report.columns.filter((one) => one.conflicts[kind] > 0).sort((a, b) => b.conflicts[kind] - a.conflicts[kind]);
  const places = new Map(report.enriched.map((vendor, place) => [vendor.name, place]));
  const restart = <T,>(set: (value: T) => void) => (value: T) => {
    set(value);
    setCursors([]);
  };
  const from = (name: string) => <Source name={name === "original" ? "yours" : name} place={places.get(name) ?? -1} />;
  const rows = (query.data?.rows ?? []).map((cells) => named(query.data!.columns, cells));
  const label = (text: string, of: Kind) => (
    <>
      {text} <em>{count(total(of))}</em>
    </>
  );
  return (
    <Card title="Where files disagree" hint="What your rules chose, and what was turned down.">
      <div className="row spread table-tools">
        <Segmented
          legend="Kind"
          value={kind}
          onChange={restart((value: Kind) => {
            setKind(value);
            setColumn("");
          })}
          choices={[
            { value: "real", label: label("Different values", "real") },
            { value: "formatting", label: label("Spelling only", "formatting") },
          ]}
        />
        <div className="row">
          <select className="select select--small conflicts-column" aria-label="Column" value={column} onChange={(event) => restart(setColumn)(event.target.value)}>
            <option value="">All columns</option>
            {columns.map((one) => (
              <option key={one.name} value={one.name}>
                {one.name} ({count(one.conflicts[kind])})
              </option>
            ))}
          </select>
          <label className="search">
            <span className="sr">Find in conflicts</span>
            <Search small />
            <input className="input input--small" type="search" placeholder="Find a value or record id" value={search} onChange={(event) => restart(setSearch)(event.target.value)} />
          </label>
        </div>
      </div>
      {query.error ? (
        <div className="card-body">
          <Banner tone="bad">{wordsOf(query.error)}</Banner>
        </div>
      ) : query.isPending ? (
        <div className="card-body stack" aria-busy="true">
          <Skeleton height={240} />
        </div>
      ) : rows.length === 0 && !query.data.next ? (
        <Empty icon={<Search />} title={wanted || column ? "Nothing like this" : "No conflicts"}>
          {wanted || column ? "No conflict fits the filter." : "Wherever files speak of the same cell, they agree."}
        </Empty>
      ) : (
        <div className="scroll" tabIndex={0} role="region" aria-label="Conflicts">
          <table className="table conflicts">
            <thead>
              <tr>
                <th scope="col" className="end">Row</th>
                <th scope="col">Record</th>
                <th scope="col">Column</th>
                <th scope="col">Chosen</th>
                <th scope="col">Turned down</th>
              </tr>
            </thead>
            <tbody className={query.isPlaceholderData ? "is-old" : ""}>
              {rows.map((row, i) => (
                <tr key={`${row.row}-${row.column}-${i}`}>
                  <td className="end num muted">{count(Number(row.row))}</td>
                  <td className="muted"><span className="cell">{row.record_id || "–"}</span></td>
                  <td>{row.column}</td>
                  <td>
                    <span className="said"><span className="cell" title={row.chosen}>{row.chosen}</span>{from(row.chosen_from)}</span>
                  </td>
                  <td>
                    <span className="said"><span className="cell muted" title={row.other}>{row.other}</span>{from(row.other_from)}</span>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <div className="pager">
        <span className="muted small" role="status">
          {rows.length > 0 ? `Page ${cursors.length + 1}` : query.data?.next ? "Nothing here yet; there is more to look through." : ""}
        </span>
        <button type="button" className="button button--small" disabled={cursors.length === 0} onClick={() => setCursors(cursors.slice(0, -1))}>
          <ArrowLeft small /> Back
        </button>
        <button type="button" className="button button--small" disabled={!query.data?.next || query.isPlaceholderData} onClick={() => setCursors([...cursors, query.data!.next!])}>
          Next <ArrowRight small />
        </button>
      </div>
    </Card>
  );
}
