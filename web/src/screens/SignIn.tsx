import { type FormEvent, useState } from "react";
import { api, unwrap, wordsOf } from "../api/client";
import { Lock } from "../ui/icons";
import { Banner } from "../ui/parts";

/** Asks for a token once; the server keeps it as a cookie that no script can read. */
export function SignIn({ expired, onSignedIn }: { expired: boolean; onSignedIn: () => void }) {
  const [token, setToken] = useState("");
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState("");
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setFault("");
    try {
      await unwrap(api.POST("/api/v1/session", { body: { token: token.trim() } }));
      onSignedIn();
    } catch (problem) {
      setFault(wordsOf(problem));
    } finally {
      setBusy(false);
    }
  };
  return (
    <div className="frame">
      <main className="sign-in">
        <form className="card" onSubmit={(event) => void submit(event)}>
          <span className="sign-in-icon">
            <Lock />
          </span>
          <h1>{expired ? "Your session has ended" : "Sign in"}</h1>
          <p className="muted">
            {expired
              ? "Enter your token again. The merge you were preparing is still here, and running jobs go on."
              : "This server asks for a token. Whoever runs it can give you one."}
          </p>
          <label className="field">
            <span>Token</span>
            <input className="input" type="password" autoComplete="current-password" autoFocus required value={token} onChange={(event) => setToken(event.target.value)} />
          </label>
          {fault && <Banner tone="bad">{fault}</Banner>}
          <button className="button button--primary" disabled={busy || !token.trim()}>
            {busy ? "Signing in…" : "Sign in"}
          </button>
        </form>
      </main>
    </div>
  );
}
