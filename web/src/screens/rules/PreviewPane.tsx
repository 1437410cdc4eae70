import { useState } from "react";
import { wordsOf } from "../../api/client";
import type { Preview } from "../../api/types";
import type { PreparedFile } from "../../draft/jobData";
import { capital, count, counted, identifierName, percent } from "../../ui/format";
import { Search } from "../../ui/icons";
import { Banner, Card, Empty, Meter, Segmented, Skeleton, Source } from "../../ui/parts";
import { PreviewTable, type ShownColumns } from "./PreviewTable";

interface Props {
  preview?: Preview;
  fault?: Error;
  busy: boolean;
  retry: () => void;
  files: PreparedFile[];
}

/** What the rules would do, on a sample of the user's own rows. */
export function PreviewPane({ preview, fault, busy, retry, files }: Props) {
  const [shown, setShown] = useState<ShownColumns>("yours");
  const [moment, setMoment] = useState<"after" | "before">("after");
  if (!preview && !fault) {
    return (
      <div className="preview stack" aria-busy="true" aria-label="The preview is on its way">
        <Skeleton height={132} />
        <Skeleton height={380} />
      </div>
    );
  }
  return (
    <section className={`preview stack${busy ? " is-busy" : ""}`} aria-label="Preview">
      {fault && (
        <Banner tone="bad" title="With these rules there is no merge" action={<button type="button" className="button button--small" onClick={retry}>Try again</button>}>
          {wordsOf(fault)}
        </Banner>
      )}
      {preview && !fault && (
        <>
          <Figures preview={preview} />
          <Card
            title="Your rows, before and after"
            end={<Segmented legend="Show the rows" value={moment} onChange={setMoment} choices={[{ value: "before", label: "Before" }, { value: "after", label: "After" }]} />}
          >
            <div className="row spread table-tools">
              <Segmented
                legend="Columns"
                value={shown}
                onChange={setShown}
                choices={[
                  { value: "yours", label: "Your columns" },
                  { value: "new", label: "New columns" },
                  { value: "all", label: "All" },
                ]}
              />
              <span className="legend">
                <span className="mark mark--fill">filled</span>
                <span className="mark mark--over">replaced</span>
                {files.slice(1).map((file, place) => (
                  <Source key={file.label} name={file.label} place={place} />
                ))}
              </span>
            </div>
            {preview.rows.length === 0 ? (
              <Empty icon={<Search />} title="No rows to show">
                The sample of your export is empty.
              </Empty>
            ) : (
              <PreviewTable preview={preview} shown={shown} moment={moment} labels={files.slice(1).map((file) => file.label)} />
            )}
          </Card>
          {preview.warnings.length > 0 && (
            <Banner tone="warn">
              <ul>
                {preview.warnings.map((text) => (
                  <li key={text}>{text}</li>
                ))}
              </ul>
            </Banner>
          )}
        </>
      )}
      <p className="sr" role="status" aria-live="polite">
        {!busy && preview && !fault ? `Preview: ${percent(preview.match_rate)} of rows matched, ${count(preview.filled_cells)} cells filled, ${counted(preview.conflicts, "conflict")}` : ""}
      </p>
    </section>
  );
}

function Figures({ preview }: { preview: Preview }) {
  const rows = preview.sampled_rows.original;
  return (
    <div className="figures card">
      <div className="figure figure--wide">
        <span className="figure-name">Matched</span>
        <strong className="figure-value">{percent(preview.match_rate)}</strong>
        <Meter value={preview.match_rate} label="Match rate" tone="good" />
        <ul className="by">
          {preview.by_identifier.map((one) => (
            <li key={one.identifier}>
              {capital(identifierName(one.identifier))} <b className="num">{count(one.rows_matched)}</b>
            </li>
          ))}
        </ul>
      </div>
      <div className="figure">
        <span className="figure-name">Blanks filled</span>
        <strong className="figure-value">{count(preview.filled_in_original)}</strong>
        <small>and {count(preview.filled_in_new)} in new columns</small>
      </div>
      <div className="figure">
        <span className="figure-name">Conflicts</span>
        <strong className="figure-value">{count(preview.conflicts)}</strong>
        <small>your rules settle them</small>
      </div>
      <p className="figures-foot">
        {preview.sampled
          ? `Found on a sample: the first ${counted(rows, "row")} of about ${count(preview.estimated_rows)}. The full run counts everything.`
          : `Found on all ${counted(rows, "row")} of your export.`}
      </p>
    </div>
  );
}
