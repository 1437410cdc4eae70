const whole = new Intl.NumberFormat("en-US");
const tenth = new Intl.NumberFormat("en-US", { minimumFractionDigits: 1, maximumFractionDigits: 1 });

export const count = (value: number) => whole.format(value);
/** "1 row", "221 rows". */
export const counted = (value: number, one: string, many = `${one}s`) => `${count(value)} ${value === 1 ? one : many}`;
/** "85.1 %" of a share; never "100.0 %" unless it is all, and never "0.0 %" unless it is none. */
export function percent(share: number): string {
  if (share <= 0 || share >= 1) return `${Math.round(Math.min(1, Math.max(0, share)) * 100)} %`;
  return `${tenth.format(Math.min(99.9, Math.max(0.1, share * 100)))} %`;
}

const units: [number, Intl.RelativeTimeFormatUnit][] = [
  [60, "second"],
  [60, "minute"],
  [24, "hour"],
  [7, "day"],
];
const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
const date = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" });

/** "5 minutes ago", and a date when that is more than a week. */
export function ago(time: string, now = Date.now()): string {
  let value = (new Date(time).getTime() - now) / 1000;
  if (Math.abs(value) < 10) return "just now";
  for (const [size, unit] of units) {
    if (Math.abs(value) < size) return relative.format(Math.round(value), unit);
    value /= size;
  }
  return date.format(new Date(time));
}

const UPPER: Record<string, string> = { email: "e-mail", linkedin: "LinkedIn", id: "record id", domain: "company domain", phone: "phone" };
/** An identifier in plain words; a column's own name stays. */
export const identifierName = (kind: string) => UPPER[kind] ?? kind.replace(/:exact$/, "");
export const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
