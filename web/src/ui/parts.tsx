import { type ReactNode, useEffect, useId, useRef } from "react";
import { Alert, Check, Info } from "./icons";

/** The heading of a screen: takes the focus when the screen is new, so that a screen reader begins there. */
export function Head({ title, children, end }: { title: string; children?: ReactNode; end?: ReactNode }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · crm-merge`;
    heading.current?.focus({ preventScroll: true });
  }, [title]);
  return (
    <header className="head">
      <div>
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {children && <p>{children}</p>}
      </div>
      {end && <div className="head-end">{end}</div>}
    </header>
  );
}

type Tone = "bad" | "warn" | "good" | "plain";

export function Banner({ tone = "plain", title, children, action }: { tone?: Tone; title?: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <div className={`banner${tone === "plain" ? "" : ` banner--${tone}`}`} role={tone === "bad" ? "alert" : undefined}>
      {tone === "good" ? <Check /> : tone === "plain" ? <Info /> : <Alert />}
      <div className="banner-text">
        {title && <strong>{title}</strong>}
        {children}
      </div>
      {action}
    </div>
  );
}

export function Card({ title, hint, end, children, className = "" }: { title?: string; hint?: ReactNode; end?: ReactNode; children: ReactNode; className?: string }) {
  const id = useId();
  return (
    <section className={`card ${className}`} aria-labelledby={title ? id : undefined}>
      {title && (
        <header className="card-head">
          <h2 id={id}>{title}</h2>
          {end}
          {hint && <p>{hint}</p>}
        </header>
      )}
      {children}
    </section>
  );
}

/** What stands where there is nothing; `alone`: it is all that the screen has. */
export function Empty({ icon, title, children, action, alone }: { icon: ReactNode; title: string; children?: ReactNode; action?: ReactNode; alone?: boolean }) {
  return (
    <div className="empty">
      {icon}
      {alone ? <h1>{title}</h1> : <strong>{title}</strong>}
      {children && <p>{children}</p>}
      {action}
    </div>
  );
}

export const Skeleton = ({ width = "100%", height = 14 }: { width?: number | string; height?: number }) => (
  <span className="skeleton" style={{ width, height }} aria-hidden="true" />
);

/** A share of 0 to 1 as a bar. */
export function Meter({ value, label, tone }: { value: number; label: string; tone?: "good" | "quiet" }) {
  const share = Math.min(1, Math.max(0, value));
  return (
    <div className={`meter${tone ? ` meter--${tone}` : ""}`} role="meter" aria-label={label} aria-valuemin={0} aria-valuemax={100} aria-valuenow={Math.round(share * 100)}>
      <span style={{ transform: `scaleX(${share})` }} />
    </div>
  );
}

/** The colour that a vendor has everywhere; by its rank, from 0. */
export const sourceColor = (place: number) => `var(--cm-v${(((place % 8) + 8) % 8) + 1})`;

export function Source({ name, place }: { name: string; place: number }) {
  return (
    <span className="source" style={{ ["--source" as string]: place < 0 ? "var(--cm-muted)" : sourceColor(place) }}>
      <span>{name}</span>
    </span>
  );
}

interface Choice<T extends string> {
  value: T;
  label: ReactNode;
}

export function Segmented<T extends string>({ legend, value, choices, onChange }: { legend: string; value: T; choices: Choice<T>[]; onChange: (value: T) => void }) {
  const name = useId();
  return (
    <fieldset className="segmented">
      <legend className="sr">{legend}</legend>
      {choices.map((choice) => (
        <label key={choice.value}>
          <input type="radio" name={name} checked={choice.value === value} onChange={() => onChange(choice.value)} />
          <span>{choice.label}</span>
        </label>
      ))}
    </fieldset>
  );
}
