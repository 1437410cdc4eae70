import { useCallback, useMemo, useSyncExternalStore } from "react";
import { type Draft, fromFragment, toFragment } from "./codec";

const LAST = "crm-merge.last-draft";

function subscribe(listener: () => void) {
  // wouter makes events of history.pushState and replaceState.
  const events = ["popstate", "hashchange", "pushState", "replaceState"];
  for (const name of events) addEventListener(name, listener);
  return () => {
    for (const name of events) removeEventListener(name, listener);
  };
}

/** The draft in the URL, and what replaces it there. */
export function useDraft() {
  const fragment = useSyncExternalStore(subscribe, () => location.hash);
  const draft = useMemo(() => fromFragment(fragment), [fragment]);
  const change = useCallback((next: (draft: Draft) => Draft) => {
    const to = toFragment(next(fromFragment(location.hash)));
    history.replaceState(history.state, "", location.pathname + location.search + to);
    if (to) remember(to);
  }, []);
  return { draft, fragment, change };
}

function remember(fragment: string) {
  try {
    localStorage.setItem(LAST, fragment);
  } catch {
    // A browser that keeps nothing: the URL is what counts.
  }
}

/** The fragment of the merge that was prepared last in this browser; "" if there is none. */
export function lastDraft(): string {
  try {
    return localStorage.getItem(LAST) ?? "";
  } catch {
    return "";
  }
}

export function forgetLastDraft() {
  try {
    localStorage.removeItem(LAST);
  } catch {
    // As above.
  }
}
