import { useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useEffect, useMemo, useReducer, useRef } from "react";
import type { Job, JobSummary } from "../api/types";
import { type LiveJob, type LiveState, noJobs, reduceLive } from "./reducer";
import { type LiveSocket, openSocket } from "./socket";

interface Live {
  state: LiveState;
  /** Tells what the server answered about a job. */
  learn: (job: Job | JobSummary) => void;
  /** Connects at once, after a sign-in say. */
  wake: () => void;
}

const Context = createContext<Live | undefined>(undefined);

/** One WebSocket for the whole page. */
export function LiveProvider({ children }: { children: ReactNode }) {
  const [state, dispatch] = useReducer(reduceLive, noJobs);
  const last = useRef<string>(undefined);
  last.current = state.lastEvent;
  const socket = useRef<LiveSocket>(undefined);
  useEffect(() => {
    const opened = openSocket(dispatch, () => last.current);
    socket.current = opened;
    const wake = () => opened.wake();
    window.addEventListener("online", wake);
    return () => {
      window.removeEventListener("online", wake);
      opened.close();
    };
  }, []);

  // Something began, ended or went while nobody looked: what was fetched is fetched again where it is shown.
  const cache = useQueryClient();
  const { revision, socket: status } = state;
  const wasLost = useRef(false);
  useEffect(() => {
    if (status === "reconnecting") wasLost.current = true;
    const isBack = status === "open" && wasLost.current;
    if (isBack) wasLost.current = false;
    if (revision > 0 || isBack) {
      void cache.invalidateQueries({ queryKey: ["jobs"] });
      void cache.invalidateQueries({ queryKey: ["job"] });
    }
  }, [revision, status, cache]);

  const live = useMemo<Live>(
    () => ({ state, learn: (job) => dispatch({ type: "job", job }), wake: () => socket.current?.wake() }),
    [state],
  );
  return <Context value={live}>{children}</Context>;
}

export function useLive(): Live {
  const live = useContext(Context);
  if (!live) throw new Error("useLive needs a LiveProvider");
  return live;
}

export const useLiveJob = (id: string): LiveJob | undefined => useLive().state.jobs[id];
