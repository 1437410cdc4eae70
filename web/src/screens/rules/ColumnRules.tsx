import type { Policy, Preview, Rules, Strategy } from "../../api/types";
import type { PreparedFile } from "../../draft/jobData";
import { ChevronRight, Close } from "../../ui/icons";
import { POLICIES, STRATEGIES } from "./Choices";

interface Props {
  rules: Rules;
  files: PreparedFile[];
  preview?: Preview;
  onChange: (rules: Rules) => void;
}

/** Exceptions for single columns. */
export function ColumnRules({ rules, preview, files, onChange }: Props) {
  const names = [...new Set([...Object.keys(rules.strategy_for ?? {}), ...Object.keys(rules.on_conflict_for ?? {})])];
  const all = preview?.columns.filter((column) => column.role === "original" || column.role === "fresh").map((column) => column.name) ?? files[0]?.info.profile?.columns.map((column) => column.name) ?? [];
  const set = (name: string, strategy: Strategy | undefined, policy: Policy | undefined) =>
    onChange(withColumn(rules, name, strategy, policy));
  return (
    <details className="card more" open={names.length > 0}>
      <summary>
        <ChevronRight small /> Other rules for single columns
        {names.length > 0 && <span className="chip chip--accent">{names.length}</span>}
      </summary>
      <div className="card-body stack">
        {names.map((name) => {
          const strategy = rules.strategy_for?.[name];
          const policy = rules.on_conflict_for?.[name];
          return (
            <div key={name} className="column-rule">
              <div className="row spread">
                <strong>{name}</strong>
                <button type="button" className="icon-button" aria-label={`No rules of its own for ${name}`} onClick={() => set(name, undefined, undefined)}>
                  <Close small />
                </button>
              </div>
              <select className="select select--small" aria-label={`Your value against theirs, ${name}`} value={policy ?? ""} onChange={(event) => set(name, strategy, (event.target.value || undefined) as Policy | undefined)}>
                <option value="">As above: {POLICIES[rules.on_conflict ?? "keep_original"].name}</option>
                {(Object.keys(POLICIES) as Policy[]).map((one) => (
                  <option key={one} value={one}>
                    {POLICIES[one].name}
                  </option>
                ))}
              </select>
              <select className="select select--small" aria-label={`Among vendors, ${name}`} value={strategy ?? ""} onChange={(event) => set(name, (event.target.value || undefined) as Strategy | undefined, policy)}>
                <option value="">As above: {STRATEGIES[rules.strategy ?? "first"].name}</option>
                {(Object.keys(STRATEGIES) as Strategy[]).map((one) => (
                  <option key={one} value={one}>
                    {STRATEGIES[one].name}
                  </option>
                ))}
              </select>
            </div>
          );
        })}
        <select className="select select--small" aria-label="Add rules for a column" value="" onChange={(event) => event.target.value && set(event.target.value, undefined, "use_enriched")}>
          <option value="">Choose a column…</option>
          {all.filter((name) => !names.includes(name)).map((name, i) => (
            <option key={i}>{name}</option>
          ))}
        </select>
      </div>
    </details>
  );
}

export function withColumn(rules: Rules, name: string, strategy: Strategy | undefined, policy: Policy | undefined): Rules {
  const { strategy_for, on_conflict_for, ...rest } = rules;
  const strategies = { ...strategy_for };
  const policies = { ...on_conflict_for };
  if (strategy) strategies[name] = strategy;
  else delete strategies[name];
  if (policy) policies[name] = policy;
  else delete policies[name];
  return {
    ...rest,
    ...(Object.keys(strategies).length ? { strategy_for: strategies } : {}),
    ...(Object.keys(policies).length ? { on_conflict_for: policies } : {}),
  };
}
