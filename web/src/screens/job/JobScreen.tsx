import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { Link, useLocation } from "wouter";
import { ApiError, wordsOf } from "../../api/client";
import { jobQuery } from "../../api/queries";
import { type Step, StepBar } from "../../app/StepBar";
import { toFragment } from "../../draft/codec";
import { draftOfJob } from "../../draft/jobData";
import { useLive, useLiveJob } from "../../events/LiveProvider";
import { Search } from "../../ui/icons";
import { Banner, Empty, Skeleton } from "../../ui/parts";
import { ResultView } from "./ResultView";
import { RunView } from "./RunView";

/** A job at its own address: while it runs, and after. */
export default function JobScreen({ id, step }: { id: string; step?: string }) {
  const [, go] = useLocation();
  const { learn } = useLive();
  const query = useQuery(jobQuery(id));
  const live = useLiveJob(id);
  const job = query.data;
  useEffect(() => {
    if (job) learn(job);
    // `learn` is new with every event; what is learnt is the answer.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [job]);

  const state = live?.state ?? job?.state;
  const here: Step = step === "result" || (step !== "run" && state === "completed") ? "result" : "run";
  // Who watches a job to its end is taken to its result.
  useEffect(() => {
    if (step === undefined && state) go(`/jobs/${id}/${state === "completed" ? "result" : "run"}`, { replace: true });
    if (step === "run" && state === "completed") go(`/jobs/${id}/result`, { replace: true });
    if (step === "result" && state && state !== "completed") go(`/jobs/${id}/run`, { replace: true });
  }, [id, step, state, go]);

  const draft = job && draftOfJob(job);
  const fragment = draft ? toFragment(draft) : undefined;
  const links = {
    ...(fragment ? { files: `/${fragment}`, columns: `/columns${fragment}`, rules: `/rules${fragment}` } : {}),
    run: `/jobs/${id}/run`,
  };
  return (
    <>
      <StepBar here={here} links={links} />
      {job ? (
        here === "result" && job.state === "completed" ? (
          <ResultView job={job} fragment={fragment} />
        ) : (
          <RunView job={job} live={live} fragment={fragment} />
        )
      ) : (
        <main id="main">
          {query.error instanceof ApiError && query.error.status === 404 ? (
            <Empty alone icon={<Search />} title="There is no such job" action={<Link className="button" href="/jobs">See all jobs</Link>}>
              It was deleted, or its time is over.
            </Empty>
          ) : query.error ? (
            <Banner tone="bad" title="The job cannot be looked up" action={<button type="button" className="button button--small" onClick={() => void query.refetch()}>Try again</button>}>
              {wordsOf(query.error)}
            </Banner>
          ) : (
            <div className="stack" aria-busy="true" aria-label="Looking up the job">
              <Skeleton width={320} height={30} />
              <Skeleton height={200} />
            </div>
          )}
        </main>
      )}
    </>
  );
}
