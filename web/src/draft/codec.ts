import type { ReadAs } from "../api/queries";
import type { Rules } from "../api/types";

/** An uploaded file's part in a merge that is being prepared. */
export interface DraftFile {
  /** The upload. */
  id: string;
  kind: "original" | "enriched";
  /** It has arrived. */
  done: boolean;
  /** How it is to be read, where detection was corrected. */
  read?: ReadAs;
}

/** A merge that is being prepared. All of it stands in the URL's fragment: a reload, a bookmark or a colleague's browser goes on from there. */
export interface Draft {
  files: DraftFile[];
  rules: Rules;
}

export const emptyDraft: Draft = { files: [], rules: {} };

/** Fragments longer than this are not written by us. */
const MOST_CHARACTERS = 1 << 20;

/** "#m=…", or "" for an empty draft. */
export function toFragment(draft: Draft): string {
  if (draft.files.length === 0 && Object.keys(draft.rules).length === 0) return "";
  const bytes = new TextEncoder().encode(JSON.stringify(draft));
  const text = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
  return `#m=${text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "")}`;
}

/** The draft of a fragment; an empty one for anything else: links get cut and edited. */
export function fromFragment(fragment: string): Draft {
  const text = /^#m=([\w-]+)$/.exec(fragment)?.[1];
  if (!text || text.length > MOST_CHARACTERS) return emptyDraft;
  try {
    const bytes = Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (character) => character.charCodeAt(0));
    return checked(JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)));
  } catch {
    return emptyDraft;
  }
}

function checked(value: unknown): Draft {
  if (typeof value !== "object" || value === null) return emptyDraft;
  const { files, rules } = value as { files?: unknown; rules?: unknown };
  return {
    files: Array.isArray(files) ? files.filter(isFile) : [],
    rules: typeof rules === "object" && rules !== null && !Array.isArray(rules) ? (rules as Rules) : {},
  };
}

function isFile(value: unknown): value is DraftFile {
  const file = value as Partial<DraftFile> | null;
  return typeof file?.id === "string" && /^\w{1,128}$/.test(file.id) && (file.kind === "original" || file.kind === "enriched");
}
