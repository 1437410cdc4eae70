import type { Preview, Rules } from "../api/types";
import type { PreparedFile } from "./jobData";

/** Where a vendor's column goes. */
export type Target = { to: "original"; column: string } | { to: "new"; column: string } | { to: "out" };

/**
 * Why it goes there: the names are the same, known spellings suggest it, the user chose it, nothing of that name exists, or the original's column is
 * not to be touched.
 */
export type Reason = "same" | "suggested" | "chosen" | "new" | "left out" | "protected";

export interface MappedColumn {
  file: string;
  column: string;
  position: number;
  fillRate: number;
  identifier: string | null;
  /** The first value of the sample. */
  example: string;
  target: Target;
  reason: Reason;
}

/** Names are the same when they differ only in case, spaces, "_", "-" and dots: the engine's rule. */
const plain = (name: string) => name.toLowerCase().replace(/[\s_.-]+/g, "");

/** `ours: null` leaves the column out. */
type MapEntry = { file?: string; theirs: string; ours: string | null };

const entriesOf = (rules: Rules): MapEntry[] => (rules.map ?? []).filter((entry): entry is MapEntry => typeof entry === "object");
const listOf = (list: Rules["drop"]): string[] => (Array.isArray(list) ? list : []);

/** How every column of the vendor `file` is mapped, as the preview did it; before there is one, by name alone. */
export function mappedColumns(file: PreparedFile, original: PreparedFile, rules: Rules, preview: Preview | undefined): MappedColumn[] {
  const profile = file.info.profile;
  if (!profile) return [];
  const ours = original.info.profile?.columns.map((column) => column.name) ?? [];
  const chosen = new Map(entriesOf(rules).filter((entry) => entry.file === file.label).map((entry) => [entry.theirs, entry.ours]));
  const dropped = new Set(listOf(rules.drop));
  return profile.columns.map((column, place) => {
    const own = chosen.get(column.name);
    const left = own === null || (own !== undefined && dropped.has(own));
    const found = preview?.columns.find((one) => one.sources.some((source) => source.file === file.label && source.column === column.name));
    const same = ours.find((name) => plain(name) === plain(column.name));
    const base = {
      file: file.label,
      column: column.name,
      position: column.position,
      fillRate: column.fill_rate,
      identifier: column.identifier,
      example: profile.sample.map((row) => row[place]?.trim() ?? "").find((cell) => cell) ?? "",
    };
    if (left) return { ...base, target: { to: "out" }, reason: "left out" };
    if (found) {
      const to = found.role === "fresh" ? "new" : "original";
      const reason: Reason = own !== undefined ? "chosen" : to === "new" ? "new" : plain(found.name) === plain(column.name) ? "same" : "suggested";
      return { ...base, target: { to, column: found.name }, reason };
    }
    if (preview) return same ? { ...base, target: { to: "out" }, reason: "protected" } : { ...base, target: { to: "out" }, reason: "left out" };
    return same ? { ...base, target: { to: "original", column: same }, reason: "same" } : { ...base, target: { to: "new", column: column.name }, reason: "new" };
  });
}

/** The rules with a vendor's column sent elsewhere; `undefined` takes the user's choice back. */
export function withTarget(rules: Rules, file: string, column: string, target: Target | undefined): Rules {
  const isThis = (entry: MapEntry) => entry.file === file && entry.theirs === column;
  const before = entriesOf(rules).find(isThis)?.ours;
  const others = (rules.map ?? []).filter((entry) => typeof entry !== "object" || !isThis(entry as MapEntry));
  const drops = listOf(rules.drop).filter((name) => name !== before);
  // A column that is left out becomes one of its own first: dropping "City" would leave out every vendor's.
  const apart = `${file}: ${column}`;
  if (target?.to === "out") {
    others.push({ file, theirs: column, ours: apart });
    drops.push(apart);
  } else if (target) {
    others.push({ file, theirs: column, ours: target.column });
  }
  return without(rules, { map: others, drop: drops });
}

/** `rules` with these lists, or without them where they are empty: what is default is not said. */
function without(rules: Rules, lists: { map: NonNullable<Rules["map"]>; drop: string[] }): Rules {
  const { map: _map, drop: _drop, ...rest } = rules;
  return { ...rest, ...(lists.map.length ? { map: lists.map } : {}), ...(lists.drop.length ? { drop: lists.drop } : {}) };
}

/** A name for a new column out of `column` that the original does not have. */
export function freshName(column: string, file: string, ours: string[]): string {
  const taken = new Set(ours.map(plain));
  return taken.has(plain(column)) || !column.trim() ? `${file} ${column}`.trim() : column;
}

/** Saved rules for these files: what names a vendor that is not among them is left out, and told. */
export function rulesFor(rules: Rules, labels: string[]): { rules: Rules; left: string[] } {
  const known = new Set(labels);
  const left = new Set<string>();
  const map = (rules.map ?? []).filter((entry) => {
    const file = typeof entry === "object" ? (entry as MapEntry).file : undefined;
    if (file === undefined || known.has(file)) return true;
    left.add(file);
    return false;
  });
  const kept = new Set(map.map((entry) => (typeof entry === "object" ? (entry as MapEntry).ours : "")));
  const dropped = listOf(rules.drop).filter((name) => ![...left].some((file) => name.startsWith(`${file}: `)) || kept.has(name));
  return { rules: without(rules, { map, drop: dropped }), left: [...left] };
}
