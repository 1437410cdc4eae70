import { useState } from "react";
import type { PreparedFile } from "../../draft/jobData";
import { freshName, type MappedColumn, type Reason, type Target, withTarget } from "../../draft/mapping";
import { useDraft } from "../../draft/useDraft";
import { percent } from "../../ui/format";
import { ArrowRight, Retry, Search } from "../../ui/icons";
import { Card, Empty, Meter, Segmented, Source } from "../../ui/parts";
import { IdentifierIcon } from "./IdentifierIcon";

type Shown = "all" | Target["to"];
const REASONS: Record<Reason, { text: string; tone: string }> = {
  same: { text: "Same name", tone: "" },
  suggested: { text: "Suggested", tone: "chip--accent" },
  chosen: { text: "Your choice", tone: "chip--good" },
  new: { text: "New", tone: "" },
  "left out": { text: "Left out", tone: "" },
  protected: { text: "Yours is kept", tone: "" },
};
const SEARCH_FROM = 12;

/** Where each column of one vendor's file goes. */
export function MappingTable({ file, original, columns, place }: { file: PreparedFile; original: PreparedFile; columns: MappedColumn[]; place: number }) {
  const [shown, setShown] = useState<Shown>("all");
  const [search, setSearch] = useState("");
  const ours = original.info.profile?.columns.map((column) => column.name) ?? [];
  const of = (to: Shown) => columns.filter((column) => to === "all" || column.target.to === to);
  const rows = of(shown).filter((column) => column.column.toLowerCase().includes(search.trim().toLowerCase()));
  const tab = (value: Shown, text: string) => ({
    value,
    label: (
      <>
        {text} <em>{of(value).length}</em>
      </>
    ),
  });
  return (
    <Card title="Where its columns go" hint={`Suggestions come from known spellings of the usual exports. A column of ${file.label} either fills one of yours, becomes a new one after yours, or stays out.`}>
      <div className="row spread table-tools">
        <Segmented legend="Show" value={shown} onChange={setShown} choices={[tab("all", "All"), tab("original", "Fill yours"), tab("new", "New"), tab("out", "Left out")]} />
        {columns.length >= SEARCH_FROM && (
          <label className="search">
            <span className="sr">Find a column</span>
            <Search small />
            <input className="input input--small" type="search" placeholder="Find a column" value={search} onChange={(event) => setSearch(event.target.value)} />
          </label>
        )}
      </div>
      {rows.length === 0 ? (
        <Empty icon={<Search />} title="No such column">
          {search ? `Nothing in ${file.label} is called “${search.trim()}” here.` : "There are none of this kind."}
        </Empty>
      ) : (
        <div className="scroll">
          <table className="table mapping">
            <thead>
              <tr>
                <th scope="col">
                  <Source name={file.label} place={place} />
                </th>
                <th scope="col">Filled</th>
                <th scope="col" className="arrow">
                  <span className="sr">goes to</span>
                </th>
                <th scope="col">In your file</th>
                <th scope="col">Why</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((column) => (
                <MappingRow key={column.position} column={column} ours={ours} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Card>
  );
}

function MappingRow({ column, ours }: { column: MappedColumn; ours: string[] }) {
  const { change } = useDraft();
  const set = (target: Target | undefined) => change((draft) => ({ ...draft, rules: withTarget(draft.rules, column.file, column.column, target) }));
  const fresh = column.target.to === "new" ? column.target.column : freshName(column.column, column.file, ours);
  const value = column.target.to === "original" ? `=${column.target.column}` : column.target.to;
  const isChosen = column.reason === "chosen" || column.reason === "left out";
  const reason = REASONS[column.reason];
  const choose = (chosen: string) =>
    set(chosen === "out" ? { to: "out" } : chosen === "new" ? { to: "new", column: fresh } : { to: "original", column: chosen.slice(1) });
  return (
    <tr className={`is-${column.target.to}`}>
      <th scope="row">
        <span className="row-name">
          {column.identifier && <IdentifierIcon kind={column.identifier} />}
          {column.column || <em>no name</em>}
        </span>
        <small className="example">{column.example || "nothing in the first rows"}</small>
      </th>
      <td>
        <span className="filled">
          <Meter value={column.fillRate} label={`${column.column} filled`} tone="quiet" />
          <span className="num">{percent(column.fillRate)}</span>
        </span>
      </td>
      <td className="arrow">
        <ArrowRight small />
      </td>
      <td>
        <select className="select select--small" aria-label={`${column.column} goes to`} value={value} onChange={(event) => choose(event.target.value)}>
          <option value="out">{column.reason === "protected" ? "Not used: yours is kept" : "Leave out"}</option>
          <option value="new">New column “{fresh}”</option>
          <optgroup label="Your columns">
            {ours.map((name, i) => (
              <option key={i} value={`=${name}`}>
                {name}
              </option>
            ))}
          </optgroup>
        </select>
      </td>
      <td>
        <span className="why">
          <span className={`chip ${reason.tone}`}>{reason.text}</span>
          {isChosen && (
            <button type="button" className="icon-button" aria-label={`Undo the choice for ${column.column}`} onClick={() => set(undefined)}>
              <Retry small />
            </button>
          )}
        </span>
      </td>
    </tr>
  );
}
