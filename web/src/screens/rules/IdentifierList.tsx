import type { Rules } from "../../api/types";
import type { PreparedFile } from "../../draft/jobData";
import { capital, identifierName } from "../../ui/format";
import { ChevronDown, ChevronUp, Close } from "../../ui/icons";
import { Card } from "../../ui/parts";
import { IdentifierIcon } from "../columns/IdentifierIcon";

const KINDS = ["email", "phone", "linkedin", "domain", "id"];

/** A kind, a column with its kind, or (of rules that were saved elsewhere) a kind with the columns of each file. */
type Item = Extract<Rules["on"], unknown[]>[number];
const wordOf = (item: Item) => (typeof item === "string" ? item : item.kind);

interface Props {
  rules: Rules;
  files: PreparedFile[];
  /** What the preview matched by: the order while nobody chose one. */
  found?: string[];
  onChange: (rules: Rules) => void;
}

/** By what people are recognized, in order: the first that finds somebody counts. */
export function IdentifierList({ rules, files, found, onChange }: Props) {
  const isDefault = rules.on === undefined;
  const chosen: Item[] = Array.isArray(rules.on) ? rules.on : (found ?? []);
  const words = chosen.map(wordOf);
  const set = (on: Item[]) => onChange({ ...rules, on });
  const move = (from: number, by: number) => {
    const next = [...chosen];
    const [item] = next.splice(from, 1);
    next.splice(from + by, 0, item!);
    set(next);
  };
  const columns = files[0]?.info.profile?.columns.map((column) => column.name) ?? [];
  const shared = columns.filter((name) => name.trim() && files.slice(1).some((file) => file.info.profile?.columns.some((one) => one.name === name)));
  return (
    <Card title="Recognize people by" hint="In this order: the first that finds somebody counts.">
      <div className="card-body stack">
        <ol className="identifiers">
          {words.map((word, place) => (
            <li key={`${place} ${word}`}>
              <span className="identifier-place num">{place + 1}</span>
              <IdentifierIcon kind={word} />
              <span className="identifier-text">
                <strong>{capital(identifierName(word))}</strong>
                <small>{columnsOf(chosen[place]!, files)}</small>
              </span>
              <button type="button" className="icon-button" aria-label={`Try ${identifierName(word)} earlier`} disabled={place === 0} onClick={() => move(place, -1)}>
                <ChevronUp small />
              </button>
              <button type="button" className="icon-button" aria-label={`Try ${identifierName(word)} later`} disabled={place === words.length - 1} onClick={() => move(place, 1)}>
                <ChevronDown small />
              </button>
              <button type="button" className="icon-button" aria-label={`Do not use ${identifierName(word)}`} disabled={words.length === 1} onClick={() => set(chosen.filter((_, at) => at !== place))}>
                <Close small />
              </button>
            </li>
          ))}
          {chosen.length === 0 && <li className="muted">Nothing yet. Add what your files have in common.</li>}
        </ol>
        <div className="row">
          <select className="select select--small add" aria-label="Add an identifier" value="" onChange={(event) => event.target.value && set([...chosen, event.target.value])}>
            <option value="">Add another…</option>
            {KINDS.filter((kind) => !words.includes(kind)).map((kind) => (
              <option key={kind} value={kind}>
                {capital(identifierName(kind))}
              </option>
            ))}
            <optgroup label="Columns that must be equal">
              {shared
                .filter((name) => !words.includes(exact(name)))
                .map((name) => (
                  <option key={name} value={exact(name)}>
                    {name}
                  </option>
                ))}
            </optgroup>
          </select>
          {!isDefault && (
            <button
              type="button"
              className="button button--ghost button--small"
              onClick={() => {
                const { on: _, ...rest } = rules;
                onChange(rest);
              }}
            >
              As found
            </button>
          )}
        </div>
      </div>
    </Card>
  );
}

const exact = (name: string) => `${name}:exact`;

/** Which columns of which files hold it. */
function columnsOf(item: Item, files: PreparedFile[]): string {
  if (typeof item !== "string" && item.columns) return [item.columns].flat().join(", ");
  const kind = wordOf(item);
  if (kind.endsWith(":exact")) return "the same value, without regard to case";
  const lacking = files.filter((file) => !file.info.profile?.columns.some((column) => column.identifier === kind)).map((file) => (file.label === "original" ? "your export" : file.label));
  const own = files[0]?.info.profile?.columns.filter((column) => column.identifier === kind).map((column) => column.name) ?? [];
  if (lacking.length === 0) return own.join(", ");
  if (lacking.length === files.length) return "no column of this kind was found by itself";
  return `${own.length ? `${own.join(", ")} · ` : ""}not in ${lacking.join(", ")}`;
}
