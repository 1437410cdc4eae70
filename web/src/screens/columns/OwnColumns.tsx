import type { Preview } from "../../api/types";
import type { PreparedFile } from "../../draft/jobData";
import { percent } from "../../ui/format";
import { Card, Meter, Source } from "../../ui/parts";
import { IdentifierIcon } from "./IdentifierIcon";

/** The original's columns, and who may fill each. */
export function OwnColumns({ original, enriched, preview }: { original: PreparedFile; enriched: PreparedFile[]; preview?: Preview }) {
  const places = new Map(enriched.map((file, place) => [file.label, place]));
  return (
    <Card title="Who fills your columns" hint="Your columns stay where they are and keep their names. Ids, owners and consents are never touched unless you say so.">
      <div className="scroll" style={{ marginTop: 12 }}>
        <table className="table">
          <thead>
            <tr>
              <th scope="col">Your column</th>
              <th scope="col">Filled now</th>
              <th scope="col">Can be filled from</th>
            </tr>
          </thead>
          <tbody>
            {original.info.profile?.columns.map((column) => {
              const sources = preview?.columns.find((one) => one.role === "original" && one.name === column.name)?.sources ?? [];
              return (
                <tr key={column.position}>
                  <th scope="row" className="row-name">
                    {column.identifier && <IdentifierIcon kind={column.identifier} />}
                    {column.name}
                  </th>
                  <td>
                    <span className="filled">
                      <Meter value={column.fill_rate} label={`${column.name} filled`} tone="quiet" />
                      <span className="num">{percent(column.fill_rate)}</span>
                    </span>
                  </td>
                  <td>
                    <span className="row">
                      {sources.map((source) => (
                        <span key={source.file} title={source.column}>
                          <Source name={source.file} place={places.get(source.file) ?? -1} />
                        </span>
                      ))}
                      {sources.length === 0 && <span className="muted">stays as it is</span>}
                    </span>
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </Card>
  );
}
