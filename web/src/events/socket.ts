import type { JobEvent } from "../api/types";
import type { LiveAction } from "./reducer";

const FIRST_DELAY_MS = 500;
const MOST_DELAY_MS = 15_000;

export interface LiveSocket {
  /** Tries at once instead of waiting: the network is back, or somebody signed in. */
  wake(): void;
  close(): void;
}

/** Keeps a WebSocket of events open, goes on after the last event seen, and hands on what comes. */
export function openSocket(dispatch: (action: LiveAction) => void, lastEvent: () => string | undefined): LiveSocket {
  let socket: WebSocket | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let delay = FIRST_DELAY_MS;
  let closed = false;

  const connect = () => {
    clearTimeout(timer);
    const url = new URL("/api/v1/events", location.href);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    const after = lastEvent();
    if (after) url.searchParams.set("after", after);
    socket = new WebSocket(url);
    socket.onopen = () => {
      delay = FIRST_DELAY_MS;
      dispatch({ type: "socket", status: "open" });
    };
    socket.onmessage = ({ data }) => {
      const event = parsed(data);
      if (event) dispatch({ type: "event", event });
    };
    socket.onclose = () => {
      if (closed) return;
      dispatch({ type: "socket", status: "reconnecting" });
      timer = setTimeout(connect, delay);
      delay = Math.min(delay * 2, MOST_DELAY_MS);
    };
  };
  connect();

  return {
    wake() {
      if (closed || socket?.readyState === WebSocket.OPEN || socket?.readyState === WebSocket.CONNECTING) return;
      delay = FIRST_DELAY_MS;
      connect();
    },
    close() {
      closed = true;
      clearTimeout(timer);
      socket?.close();
    },
  };
}

function parsed(data: unknown): JobEvent | undefined {
  if (typeof data !== "string") return undefined;
  try {
    const event = JSON.parse(data) as JobEvent;
    return typeof event?.type === "string" ? event : undefined;
  } catch {
    return undefined;
  }
}
