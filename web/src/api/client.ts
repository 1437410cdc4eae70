import createClient, { type Middleware } from "openapi-fetch";
import type { paths } from "./schema";
import type { Problem } from "./types";

/** A refusal, in the server's words; `status` 0 is no answer at all. */
export class ApiError extends Error {
  constructor(
    message: string,
    readonly status: number,
    readonly code: string,
  ) {
    super(message);
  }
}

type Listener = () => void;
const signedOut = new Set<Listener>();

/** Calls `listener` whenever the server asks for a token. Returns what ends that. */
export function onSignedOut(listener: Listener): () => void {
  signedOut.add(listener);
  return () => void signedOut.delete(listener);
}

const tellSignedOut: Middleware = {
  onResponse({ response }) {
    if (response.status === 401) for (const listener of signedOut) listener();
    return undefined;
  },
};

export const api = createClient<paths>({ baseUrl: "/", credentials: "same-origin" });
api.use(tellSignedOut);

type Answer<T> = { data?: T; error?: unknown; response: Response };

/** The data of an answer; an ApiError for anything else, so that callers have one path for faults. */
export async function unwrap<T>(answer: Promise<Answer<T>>): Promise<T> {
  let result: Answer<T>;
  try {
    result = await answer;
  } catch (fault) {
    if (fault instanceof DOMException && fault.name === "AbortError") throw fault;
    throw new ApiError("The server cannot be reached. Check that it runs and that you are connected.", 0, "unreachable");
  }
  if (result.response.ok) return result.data as T;
  const problem = result.error as Partial<Problem> | undefined;
  throw new ApiError(problem?.detail ?? `The server answered ${result.response.status}.`, result.response.status, problem?.code ?? "unknown");
}

export const wordsOf = (fault: unknown): string => (fault instanceof Error ? fault.message : "Something went wrong.");
