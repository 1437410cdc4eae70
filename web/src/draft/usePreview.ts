import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { previewQuery } from "../api/queries";
import type { Rules } from "../api/types";
import { jobDataOf, type PreparedFile } from "./jobData";

/** Rules change with every key pressed: the server hears of them when they have stood still this long. */
const SETTLE_MS = 250;

/** What a merge of these files by these rules would do. While new rules are tried, the last answer stays. */
export function usePreview(files: PreparedFile[], rules: Rules) {
  const wanted = JSON.stringify(jobDataOf(files, rules) ?? null);
  const [settled, setSettled] = useState(wanted);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(wanted), settled === "null" ? 0 : SETTLE_MS);
    return () => clearTimeout(timer);
  }, [wanted, settled]);
  const query = useQuery(previewQuery((JSON.parse(settled) ?? undefined) as ReturnType<typeof jobDataOf>));
  return {
    preview: query.data,
    fault: query.error ?? undefined,
    /** Another answer is on its way. */
    busy: query.isFetching || settled !== wanted,
    retry: () => void query.refetch(),
  };
}
