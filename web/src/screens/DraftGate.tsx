import type { ReactNode } from "react";
import { Link } from "wouter";
import { wordsOf } from "../api/client";
import { type Step, StepBar } from "../app/StepBar";
import { useDraft } from "../draft/useDraft";
import type { DraftFiles } from "../draft/useFiles";
import { List } from "../ui/icons";
import { Banner, Empty, Skeleton } from "../ui/parts";

/** Around the screens that need uploaded files: draws what stands instead while there are none. */
export function DraftGate({ here, files, children }: { here: Step; files: DraftFiles; children: ReactNode }) {
  const { draft, fragment } = useDraft();
  const links = { files: `/${fragment}`, columns: `/columns${fragment}`, rules: `/rules${fragment}` };
  const isReady = !!files.original && files.enriched.length > 0;
  return (
    <>
      <StepBar here={here} links={links} />
      {isReady ? (
        children
      ) : (
        <main id="main">
          {files.fault ? (
            <Banner tone="bad" title="Your files cannot be looked up" action={<Link className="button button--small" href="/">Start again</Link>}>
              {wordsOf(files.fault)} Files are kept for some days only; upload them again if their time is over.
            </Banner>
          ) : files.loading && draft.files.length > 0 ? (
            <div className="stack" aria-busy="true" aria-label="Looking up your files">
              <Skeleton width={260} height={30} />
              <Skeleton height={44} />
              <Skeleton height={220} />
            </div>
          ) : (
            <Empty alone icon={<List />} title="No files yet" action={<Link className="button button--primary" href={`/${fragment}`}>Choose files</Link>}>
              This step needs your CRM export and at least one vendor file.
            </Empty>
          )}
        </main>
      )}
    </>
  );
}
