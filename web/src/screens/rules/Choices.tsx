import { useId } from "react";
import type { Policy, Rules, Strategy } from "../../api/types";
import type { PreparedFile } from "../../draft/jobData";
import { Card } from "../../ui/parts";

export const STRATEGIES: Record<Strategy, { name: string; says: string }> = {
  first: { name: "The upper file’s value", says: "Files count in the order of the first step." },
  last: { name: "The lower file’s value", says: "The last file in the list that has one." },
  longest: { name: "The longest value", says: "“Vice President, Operations” rather than “VP Ops”." },
  most_complete: { name: "From the fullest row", says: "The row with the most filled cells speaks." },
  most_recent: { name: "The most recent value", says: "By a date column that you name." },
  most_frequent: { name: "The commonest value", says: "What most vendors agree on." },
  concat: { name: "All of them", says: "Different values, joined by “; ”." },
};

export const POLICIES: Record<Policy, { name: string; says: string; before: string; after: string }> = {
  keep_original: { name: "Keep mine, fill the blanks", says: "The vendor’s value is used only where you have none.", before: "Analyst", after: "Analyst" },
  use_enriched: { name: "Take theirs", says: "The vendor’s value replaces yours, unless it is only another spelling.", before: "Analyst", after: "Director" },
  create_alternate: { name: "Keep both", says: "Yours stays; theirs goes into a column beside it.", before: "Analyst", after: "Analyst | Director" },
  original_only: { name: "Touch nothing of mine", says: "Your columns stay as they are; vendors only add new ones.", before: "Analyst", after: "Analyst" },
};

interface Props {
  rules: Rules;
  onChange: (rules: Rules) => void;
}

export function PolicyChoice({ rules, onChange }: Props) {
  const name = useId();
  const value = rules.on_conflict ?? "keep_original";
  return (
    <Card title="When a vendor knows something else than you">
      <fieldset className="card-body options">
        <legend className="sr">When a vendor knows something else than you</legend>
        {(Object.keys(POLICIES) as Policy[]).map((policy) => (
          <label key={policy} className="option">
            <input type="radio" name={name} checked={value === policy} onChange={() => onChange({ ...rules, on_conflict: policy })} />
            <span>
              <strong>{POLICIES[policy].name}</strong>
              <small>{POLICIES[policy].says}</small>
            </span>
          </label>
        ))}
      </fieldset>
    </Card>
  );
}

export function StrategyChoice({ rules, files, onChange }: Props & { files: PreparedFile[] }) {
  const value = rules.strategy ?? "first";
  const id = useId();
  const dates = [...new Set(files.slice(1).flatMap((file) => file.info.profile?.columns.map((column) => column.name) ?? []))];
  const byDate = value === "most_recent" || Object.values(rules.strategy_for ?? {}).includes("most_recent");
  const setRecency = (recency: string) => {
    const { recency: _, ...rest } = rules;
    onChange(recency ? { ...rules, recency } : rest);
  };
  return (
    <Card title="When vendors disagree with each other">
      <div className="card-body stack">
        <div className="field">
          <label className="sr" htmlFor={id}>
            When vendors disagree, take
          </label>
          <select id={id} className="select" value={value} onChange={(event) => onChange({ ...rules, strategy: event.target.value as Strategy })}>
            {(Object.keys(STRATEGIES) as Strategy[]).map((strategy) => (
              <option key={strategy} value={strategy}>
                {STRATEGIES[strategy].name}
              </option>
            ))}
          </select>
          <small className="muted">{STRATEGIES[value].says}</small>
        </div>
        {byDate && (
          <label className="field">
            <span>The date is in</span>
            <select className="select" value={typeof rules.recency === "string" ? rules.recency : ""} onChange={(event) => setRecency(event.target.value)}>
              <option value="">Choose a column…</option>
              {dates.map((name) => (
                <option key={name}>{name}</option>
              ))}
            </select>
          </label>
        )}
      </div>
    </Card>
  );
}
