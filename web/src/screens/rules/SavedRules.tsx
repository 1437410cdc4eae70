import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import { wordsOf } from "../../api/client";
import { specsQuery, useDeleteSpec, useSaveSpec } from "../../api/queries";
import type { Rules } from "../../api/types";
import { rulesFor } from "../../draft/mapping";
import { ago } from "../../ui/format";
import { Bookmark, Trash } from "../../ui/icons";
import { Banner } from "../../ui/parts";

interface Props {
  rules: Rules;
  labels: string[];
  onUse: (rules: Rules) => void;
}

/** Rules kept under a name, for next week's files. */
export function SavedRules({ rules, labels, onUse }: Props) {
  const saved = useQuery(specsQuery);
  const save = useSaveSpec();
  const forget = useDeleteSpec();
  const [name, setName] = useState("");
  const [said, setSaid] = useState("");
  const id = useId();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate({ name: name.trim(), spec: rules }, { onSuccess: () => setSaid(`Saved as “${name.trim()}”.`) });
  };
  const use = (spec: { name: string; spec: object }) => {
    const fitted = rulesFor(spec.spec as Rules, labels);
    onUse(fitted.rules);
    setSaid(fitted.left.length ? `“${spec.name}” is used; what it says of ${fitted.left.join(", ")} does not apply here.` : `“${spec.name}” is used.`);
  };
  const list = saved.data?.specs ?? [];
  return (
    <div className="saved">
      <button type="button" className="button" popoverTarget={id}>
        <Bookmark small /> Saved rules{list.length > 0 && <span className="chip">{list.length}</span>}
      </button>
      <div id={id} popover="auto" className="pop card">
        <div className="card-body stack">
          <form className="stack" onSubmit={submit}>
            <label className="field">
              <span>Keep these rules for next week’s files</span>
              <input className="input" required maxLength={100} pattern="[A-Za-z0-9][A-Za-z0-9 ._\-]*" title="Letters, digits, spaces, dots, _ and -" placeholder="Weekly HubSpot" value={name} onChange={(event) => setName(event.target.value)} />
            </label>
            <button className="button button--small" disabled={!name.trim() || save.isPending}>
              {list.some((one) => one.name === name.trim()) ? "Replace" : "Save"}
            </button>
          </form>
          {(save.error ?? forget.error) && <Banner tone="bad">{wordsOf(save.error ?? forget.error)}</Banner>}
          {list.length > 0 && (
            <ul className="saved-list">
              {list.map((spec) => (
                <li key={spec.name}>
                  <span>
                    <strong>{spec.name}</strong>
                    <small className="muted">{ago(spec.saved_at)}</small>
                  </span>
                  <button type="button" className="button button--small" onClick={() => use(spec)}>
                    Use
                  </button>
                  <button type="button" className="icon-button" aria-label={`Forget ${spec.name}`} onClick={() => forget.mutate(spec.name)}>
                    <Trash small />
                  </button>
                </li>
              ))}
            </ul>
          )}
        </div>
      </div>
      <p className="saved-said" role="status">
        {said}
      </p>
    </div>
  );
}
