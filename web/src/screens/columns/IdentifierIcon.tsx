import { capital, identifierName } from "../../ui/format";
import { Equal, Globe, Key, Mail, Person, Phone } from "../../ui/icons";

const ICONS: Record<string, typeof Mail> = { email: Mail, phone: Phone, linkedin: Person, domain: Globe, id: Key };

/** Says that a column identifies people, and by what. */
export function IdentifierIcon({ kind }: { kind: string }) {
  const Icon = ICONS[kind] ?? Equal;
  return (
    <span className="identifier" title={`Identifies by ${identifierName(kind)}`}>
      <Icon small />
      <span className="sr">{capital(identifierName(kind))}:</span>
    </span>
  );
}
