import { useState } from "react";
import type { Rules } from "../../api/types";
import { ChevronRight } from "../../ui/icons";

/** What few need: phone region, blanks, aliases. */
export function MoreRules({ rules, onChange }: { rules: Rules; onChange: (rules: Rules) => void }) {
  const [region, setRegion] = useState(rules.region ?? "");
  const [blanks, setBlanks] = useState(Array.isArray(rules.blank) ? rules.blank.join(", ") : "");
  const put = <K extends keyof Rules>(key: K, value: Rules[K] | undefined) => {
    const { [key]: _, ...rest } = rules;
    onChange(value === undefined ? rest : { ...rest, [key]: value });
  };
  return (
    <details className="card more">
      <summary>
        <ChevronRight small /> More
        <small>phone country, blanks, explanations</small>
      </summary>
      <div className="card-body stack">
        <label className="field">
          <span>Country of phone numbers without a country code</span>
          <input
            className="input"
            placeholder="US"
            maxLength={2}
            value={region}
            onChange={(event) => {
              const text = event.target.value.toUpperCase().replace(/[^A-Z]/g, "");
              setRegion(text);
              if (text.length !== 1) put("region", text || undefined);
            }}
          />
        </label>
        <label className="field">
          <span>Values that mean “nothing”, with commas between</span>
          <input
            className="input"
            placeholder="N/A, -, unknown"
            value={blanks}
            onChange={(event) => {
              setBlanks(event.target.value);
              const list = event.target.value.split(",").map((one) => one.trim()).filter(Boolean);
              put("blank", list.length ? list : undefined);
            }}
          />
        </label>
        <label className="check">
          <input type="checkbox" checked={rules.match === "all"} onChange={(event) => put("match", event.target.checked ? "all" : undefined)} />
          <span>
            All identifiers must agree
            <small>Instead of the first that finds somebody.</small>
          </span>
        </label>
        <label className="check">
          <input type="checkbox" checked={rules.email_aliases ?? false} onChange={(event) => put("email_aliases", event.target.checked || undefined)} />
          <span>
            Ignore e-mail tags
            <small>ada+news@example.com is ada@example.com.</small>
          </span>
        </label>
        <label className="check">
          <input type="checkbox" checked={rules.explain_columns ?? false} onChange={(event) => put("explain_columns", event.target.checked || undefined)} />
          <span>
            Explain each row in the result
            <small>Adds how it was matched and by which files.</small>
          </span>
        </label>
      </div>
    </details>
  );
}
