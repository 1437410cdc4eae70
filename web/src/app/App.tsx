import { QueryClient, QueryClientProvider, useQueryClient } from "@tanstack/react-query";
import { lazy, type ReactNode, Suspense, useEffect, useState } from "react";
import { Link, Route, Switch, useLocation } from "wouter";
import { ApiError, api, onSignedOut } from "../api/client";
import { useSession } from "../api/queries";
import { LiveProvider, useLive } from "../events/LiveProvider";
import { FilesScreen } from "../screens/FilesScreen";
import { SignIn } from "../screens/SignIn";
import { Alert, Moon, Search, Sun } from "../ui/icons";
import { Empty, Skeleton } from "../ui/parts";
import { useTheme } from "./theme";
import { UploadsProvider, useRestart } from "./Uploads";

const ColumnsScreen = lazy(() => import("../screens/columns/ColumnsScreen"));
const RulesScreen = lazy(() => import("../screens/rules/RulesScreen"));
const JobScreen = lazy(() => import("../screens/job/JobScreen"));
const JobsScreen = lazy(() => import("../screens/JobsScreen"));

const cache = new QueryClient({
  defaultOptions: {
    queries: {
      // What the server refused once it refuses again; a server that does not answer may be starting.
      retry: (failures, fault) => failures < 2 && fault instanceof ApiError && (fault.status === 0 || fault.status >= 502),
      refetchOnWindowFocus: false,
    },
  },
});

export function App() {
  return (
    <QueryClientProvider client={cache}>
      <Gate>
        <LiveProvider>
          <UploadsProvider>
            <Frame />
          </UploadsProvider>
        </LiveProvider>
      </Gate>
    </QueryClientProvider>
  );
}

/** Asks for a token where the server wants one. What was being prepared stands in the URL and waits. */
function Gate({ children }: { children: ReactNode }) {
  const session = useSession();
  const queries = useQueryClient();
  const [expired, setExpired] = useState(false);
  const [wasIn, setWasIn] = useState(false);
  useEffect(() => onSignedOut(() => setExpired(true)), []);
  useEffect(() => {
    if (session.data) setWasIn(true);
  }, [session.data]);
  const isRefused = session.error instanceof ApiError && session.error.status === 401;
  if (isRefused || (expired && wasIn)) {
    return (
      <SignIn
        expired={wasIn}
        onSignedIn={() => {
          setExpired(false);
          void queries.resetQueries();
        }}
      />
    );
  }
  if (session.isPending) return <Waiting />;
  return children;
}

/** As index.html has it: nothing moves when the answer comes. */
function Waiting() {
  return (
    <div className="frame" aria-busy="true">
      <header className="top">
        <div className="top-in">
          <span className="brand">
            <img src="/icon.svg" alt="" width="28" height="28" />
            <span>crm-merge</span>
          </span>
        </div>
      </header>
    </div>
  );
}

function Frame() {
  return (
    <div className="frame">
      <a className="skip" href="#main" onClick={toMain}>
        Skip to the content
      </a>
      <Top />
      <ConnectionLost />
      <Suspense fallback={<Loading />}>
        <Switch>
          <Route path="/">
            <FilesScreen />
          </Route>
          <Route path="/columns">
            <ColumnsScreen />
          </Route>
          <Route path="/rules">
            <RulesScreen />
          </Route>
          <Route path="/jobs">
            <JobsScreen />
          </Route>
          <Route path="/jobs/:id">{({ id }) => <JobScreen key={id} id={id} />}</Route>
          <Route path="/jobs/:id/:step">{({ id, step }) => <JobScreen key={id} id={id} step={step} />}</Route>
          <Route>
            <main id="main">
              <Empty alone icon={<Search />} title="There is no such page" action={<Link className="button" href="/">Start a merge</Link>}>
                The address may be cut off or out of date.
              </Empty>
            </main>
          </Route>
        </Switch>
      </Suspense>
    </div>
  );
}

// The fragment holds the merge: a jump by "#main" would lose it.
function toMain(event: { preventDefault(): void }) {
  event.preventDefault();
  const heading = document.querySelector<HTMLElement>("main h1, main");
  heading?.focus();
  heading?.scrollIntoView();
}

function Top() {
  const [location] = useLocation();
  const [theme, setTheme] = useTheme();
  const session = useSession();
  const restart = useRestart();
  const isJobs = location.startsWith("/jobs");
  return (
    <header className="top">
      <div className="top-in">
        <Link className="brand" href="/" onClick={restart} aria-label="crm-merge, start a new merge">
          <img src="/icon.svg" alt="" width="28" height="28" />
          <span>crm-merge</span>
        </Link>
        <nav aria-label="Main">
          <Link href="/" onClick={restart} aria-current={isJobs ? undefined : "page"}>
            New merge
          </Link>
          <Link href="/jobs" aria-current={isJobs ? "page" : undefined}>
            Jobs
          </Link>
        </nav>
        <div className="top-end">
          {session.data && session.data.name !== "local" && <SignedIn name={session.data.name} canWrite={session.data.role === "write"} />}
          <button
            type="button"
            className="icon-button"
            aria-label={theme === "dark" ? "Use the light theme" : "Use the dark theme"}
            onClick={() => setTheme(theme === "dark" ? "light" : "dark")}
          >
            {theme === "dark" ? <Sun /> : <Moon />}
          </button>
        </div>
      </div>
    </header>
  );
}

function SignedIn({ name, canWrite }: { name: string; canWrite: boolean }) {
  const queries = useQueryClient();
  const leave = async () => {
    await api.DELETE("/api/v1/session");
    void queries.resetQueries();
  };
  return (
    <>
      <span className="who">
        {name}
        {!canWrite && ", may look only"}
      </span>
      <button type="button" className="button button--ghost button--small" onClick={() => void leave()}>
        Sign out
      </button>
    </>
  );
}

/** Said only when it lasts: a connection that comes back at once is no news. */
const SAY_AFTER_MS = 1500;

function ConnectionLost() {
  const { socket } = useLive().state;
  const [shown, setShown] = useState(false);
  useEffect(() => {
    if (socket !== "reconnecting") return setShown(false);
    const timer = setTimeout(() => setShown(true), SAY_AFTER_MS);
    return () => clearTimeout(timer);
  }, [socket]);
  return (
    <div role="status">
      {shown && (
        <p className="lost">
          <Alert small /> Reconnecting to the server. What you see may be a moment old; jobs go on without this page.
        </p>
      )}
    </div>
  );
}

function Loading() {
  return (
    <main aria-busy="true">
      <Skeleton width={220} height={30} />
      <Skeleton height={180} />
    </main>
  );
}
