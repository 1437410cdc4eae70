import { Link, useLocation, useSearch } from "wouter";
import { useDraft } from "../../draft/useDraft";
import { mappedColumns } from "../../draft/mapping";
import { useFiles } from "../../draft/useFiles";
import { usePreview } from "../../draft/usePreview";
import { wordsOf } from "../../api/client";
import { ArrowLeft, ArrowRight } from "../../ui/icons";
import { Banner, Head, Segmented, Source } from "../../ui/parts";
import { DraftGate } from "../DraftGate";
import { MappingTable } from "./MappingTable";
import { OwnColumns } from "./OwnColumns";
import { ReadCard } from "./ReadCard";

export default function ColumnsScreen() {
  const { draft } = useDraft();
  const files = useFiles(draft);
  return (
    <DraftGate here="columns" files={files}>
      <Columns files={files} />
    </DraftGate>
  );
}

function Columns({ files: { files, original, enriched, readFaults } }: { files: ReturnType<typeof useFiles> }) {
  const { draft, fragment } = useDraft();
  const [, go] = useLocation();
  const { preview, fault, busy } = usePreview(files, draft.rules);
  const asked = new URLSearchParams(useSearch()).get("file");
  const at = Math.min(files.length - 1, Math.max(0, asked === null ? 1 : Number(asked) || 0));
  const file = files[at]!;
  const unreadable = files.filter((one) => !one.info.profile);
  return (
    <main id="main">
      <Head title="Check the columns">What each file was taken to be, and where its columns go. Most of it is right already; change what is not.</Head>
      <div className="row spread">
        <Segmented
          legend="File"
          value={String(at)}
          choices={files.map((one, place) => ({
            value: String(place),
            label: one === original ? <Source name="Your export" place={-1} /> : <Source name={one.label} place={place - 1} />,
          }))}
          onChange={(value) => go(`/columns?file=${value}${location.hash}`, { replace: true })}
        />
        <span className="muted small" role="status">
          {busy ? "Checking…" : preview ? summary(preview.columns.filter((column) => column.role === "fresh").length) : ""}
        </span>
      </div>
      {fault && unreadable.length === 0 && (
        <Banner tone="warn" title="These files cannot be merged as they stand">
          {wordsOf(fault)}
        </Banner>
      )}
      {unreadable.length > 0 && (
        <Banner tone="bad" title={`${unreadable.map((one) => one.info.name).join(", ")} cannot be read as a table`}>
          {unreadable[0]!.info.profile_problem?.detail} Choose another delimiter or encoding below, or go back and remove the file.
        </Banner>
      )}
      <ReadCard key={file.draft.id} file={file} fault={readFaults[file.draft.id]} />
      {file === original ? (
        <OwnColumns original={original} preview={preview} enriched={enriched} />
      ) : (
        original && <MappingTable key={`map-${file.draft.id}`} file={file} original={original} columns={mappedColumns(file, original, draft.rules, preview)} place={at - 1} />
      )}
      <footer className="foot">
        <Link className="button button--ghost" href={`/${fragment}`}>
          <ArrowLeft /> Files
        </Link>
        <span className="foot-text">
          {at < files.length - 1 ? `Next file: ${files[at + 1]!.label}` : "That was the last file"}
        </span>
        <Link className="button button--primary" href={`/rules${fragment}`}>
          Continue to rules <ArrowRight />
        </Link>
      </footer>
    </main>
  );
}

const summary = (fresh: number) => (fresh === 0 ? "No new columns" : `${fresh} new ${fresh === 1 ? "column" : "columns"} after yours`);
