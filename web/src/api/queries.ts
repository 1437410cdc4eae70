import { keepPreviousData, queryOptions, useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, unwrap } from "./client";
import type { FileInfo, JobState, JobSubmission, Preview, Profile, Rules } from "./types";

export interface ReadAs {
  delimiter?: string;
  encoding?: string;
  header?: boolean;
}

/** An uploaded file with what it was taken to be. Completing an upload again is how the API tells of a file. */
export const fileQuery = (id: string) =>
  queryOptions({
    queryKey: ["file", id],
    queryFn: ({ signal }): Promise<FileInfo> => unwrap(api.POST("/api/v1/uploads/{id}/complete", { params: { path: { id } }, body: {}, signal })),
    staleTime: Infinity,
  });

export const profileQuery = (id: string, read: ReadAs) =>
  queryOptions({
    queryKey: ["profile", id, read],
    queryFn: ({ signal }): Promise<Profile> =>
      unwrap(
        api.GET("/api/v1/files/{id}/profile", {
          params: {
            path: { id },
            query: { delimiter: read.delimiter, encoding: read.encoding, header: read.header === undefined ? undefined : read.header ? "true" : "false" },
          },
          signal,
        }),
      ),
    staleTime: Infinity,
    placeholderData: keepPreviousData,
  });

export const previewQuery = (data: JobSubmission | undefined) =>
  queryOptions({
    queryKey: ["preview", data],
    queryFn: ({ signal }): Promise<Preview> => unwrap(api.POST("/api/v1/preview", { body: data!, signal })),
    enabled: data !== undefined,
    staleTime: 5 * 60 * 1000,
    gcTime: 60 * 1000,
    placeholderData: keepPreviousData,
  });

export const jobQuery = (id: string) =>
  queryOptions({
    queryKey: ["job", id],
    queryFn: ({ signal }) => unwrap(api.GET("/api/v1/jobs/{id}", { params: { path: { id } }, signal })),
  });

export const sessionQuery = queryOptions({
  queryKey: ["session"],
  queryFn: ({ signal }) => unwrap(api.GET("/api/v1/session", { signal })),
  staleTime: 60 * 1000,
});

export const specsQuery = queryOptions({
  queryKey: ["specs"],
  queryFn: ({ signal }) => unwrap(api.GET("/api/v1/specs", { signal })),
});

export function useJobs(filter: { state?: JobState; search?: string }) {
  return useInfiniteQuery({
    queryKey: ["jobs", filter],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ signal, pageParam }) =>
      unwrap(
        api.GET("/api/v1/jobs", {
          params: { query: { state: filter.state, search: filter.search || undefined, cursor: pageParam, limit: 25 } },
          signal,
        }),
      ),
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: keepPreviousData,
  });
}

export function useSubmitJob() {
  const cache = useQueryClient();
  return useMutation({
    // The key is of this attempt: a click that is sent twice makes one job.
    mutationFn: ({ data, key }: { data: JobSubmission; key: string }) =>
      unwrap(api.POST("/api/v1/jobs", { body: data, headers: { "Idempotency-Key": key } })),
    onSuccess: () => cache.invalidateQueries({ queryKey: ["jobs"] }),
  });
}

export function useJobAction() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: async ({ id, action }: { id: string; action: "cancel" | "retry" | "delete" }): Promise<void> => {
      const params = { path: { id } };
      if (action === "cancel") await unwrap(api.POST("/api/v1/jobs/{id}/cancel", { params }));
      else if (action === "retry") await unwrap(api.POST("/api/v1/jobs/{id}/retry", { params }));
      else await unwrap(api.DELETE("/api/v1/jobs/{id}", { params }));
    },
    onSettled: (_data, _fault, { id, action }) => {
      void cache.invalidateQueries({ queryKey: ["jobs"] });
      if (action !== "delete") void cache.invalidateQueries({ queryKey: ["job", id] });
    },
  });
}

export function useSaveSpec() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: ({ name, spec }: { name: string; spec: Rules }) => unwrap(api.POST("/api/v1/specs", { body: { name, spec } })),
    onSuccess: () => cache.invalidateQueries({ queryKey: ["specs"] }),
  });
}

export function useDeleteSpec() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (name: string) => unwrap(api.DELETE("/api/v1/specs/{name}", { params: { path: { name } } })),
    onSuccess: () => cache.invalidateQueries({ queryKey: ["specs"] }),
  });
}

export const useSession = () => useQuery(sessionQuery);
