import { Link } from "wouter";
import { Check } from "../ui/icons";

export type Step = "files" | "columns" | "rules" | "run" | "result";

const STEPS: { step: Step; title: string }[] = [
  { step: "files", title: "Files" },
  { step: "columns", title: "Columns" },
  { step: "rules", title: "Rules" },
  { step: "run", title: "Run" },
  { step: "result", title: "Result" },
];

/** Where one is, and where one may go: `links` are the steps that can be opened now. */
export function StepBar({ here, links }: { here: Step; links: Partial<Record<Step, string>> }) {
  const at = STEPS.findIndex((one) => one.step === here);
  return (
    <nav className="steps" aria-label="Steps">
      <ol>
        {STEPS.map(({ step, title }, place) => {
          const isDone = place < at;
          const content = (
            <>
              <b>{isDone ? <Check small /> : place + 1}</b>
              {title}
            </>
          );
          const name = `step${place === at ? " is-here" : ""}${isDone ? " is-done" : ""}`;
          const href = links[step];
          return (
            <li key={step}>
              {href && place !== at ? (
                <Link href={href} className={name}>
                  {content}
                </Link>
              ) : (
                <span className={name} aria-current={place === at ? "step" : undefined}>
                  {content}
                </span>
              )}
            </li>
          );
        })}
      </ol>
      <div className="steps-short">
        <span>
          Step {at + 1} of {STEPS.length} · {STEPS[at]?.title}
        </span>
        <i aria-hidden="true">
          {STEPS.map(({ step }, place) => (
            <span key={step} className={place <= at ? "is-on" : ""} />
          ))}
        </i>
      </div>
    </nav>
  );
}
