import { useQueries } from "@tanstack/react-query";
import { useMemo } from "react";
import { fileQuery, profileQuery } from "../api/queries";
import type { Draft } from "./codec";
import { type PreparedFile, prepared } from "./jobData";

export interface DraftFiles {
  files: PreparedFile[];
  original?: PreparedFile;
  enriched: PreparedFile[];
  loading: boolean;
  /** Of the first file that could not be had. */
  fault?: Error;
  /** Of a file whose reading was corrected in a way that cannot be, by its id. */
  readFaults: Record<string, Error>;
}

/** The draft's files with what the server says of them, read as the user said. */
export function useFiles(draft: Draft): DraftFiles {
  const wanted = draft.files.filter((file) => file.done);
  const infos = useQueries({ queries: wanted.map((file) => fileQuery(file.id)) });
  const corrected = wanted.filter((file) => file.read && Object.keys(file.read).length > 0);
  const profiles = useQueries({ queries: corrected.map((file) => profileQuery(file.id, file.read!)) });
  const profileData = profiles.map((one) => one.data);
  const infoData = infos.map((one) => one.data);
  const profileFaults = profiles.map((one) => one.error);

  return useMemo(() => {
    const known = wanted.flatMap((file, i) => {
      const info = infoData[i];
      if (!info) return [];
      const at = corrected.indexOf(file);
      const profile = at < 0 ? info.profile : (profileData[at] ?? info.profile);
      return [{ draft: file, info: { ...info, profile } }];
    });
    const files = prepared(known);
    return {
      files,
      original: files.find((file) => file.label === "original"),
      enriched: files.filter((file) => file.label !== "original"),
      loading: infos.some((one) => one.isPending),
      fault: infos.find((one) => one.error)?.error ?? undefined,
      readFaults: Object.fromEntries(corrected.flatMap((file, i) => (profileFaults[i] ? [[file.id, profileFaults[i]]] : []))),
    };
    // The queries' results are new objects each time; what they hold is not.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [JSON.stringify(wanted), ...infoData, ...profileData, ...profileFaults, infos.some((one) => one.isPending), infos.find((one) => one.error)?.error]);
}
