/**
 * What a server may look up for those who ask it: variables of its environment and files, by names that its operator lists.
 * Whoever may define a job or a receiver could otherwise have every variable of the server sent to an address of theirs.
 */
import { isRecord } from './record.ts';

export interface References {
  /** Whether `env:NAME` or `file:PATH` may be looked up. */
  allows(reference: string): boolean;
}

/** A command is a process of the person that calls it: what it looks up is theirs. */
export const OWN_REFERENCES: References = { allows: () => true };

/** The setting, by which every process of a server hears of it. */
export const REFERENCES_VARIABLE = 'PLIMSOLL_REFERENCES';
/** Variables that are named so are meant to be referred to. */
const MEANT = 'env:PLIMSOLL_SECRET_*';

const ENTRY = /^(?:env:[A-Za-z_]\w*\*?|file:\/[^\0]+)$/;

/** Entries as people list them (`env:SLACK_URL,file:/run/secrets/*`); undefined where one is no reference. */
export function parseReferences(text: string): readonly string[] | undefined {
  const entries = text.split(/[\s,]+/).filter((entry) => entry !== '');
  return entries.every((entry) => ENTRY.test(entry)) ? entries : undefined;
}

/** In an entry `*` stands for what may follow: of a file, within its folder. */
export function referencesOf(entries: readonly string[]): References {
  const patterns = [MEANT, ...entries].map(patternOf);
  return {
    allows: (reference) => !isEvasive(reference) && patterns.some((pattern) => pattern.test(reference)),
  };
}

/** Those that the environment of a server lists; none where it is malformed. */
export const referencesIn = (env: Readonly<Record<string, string | undefined>>): References =>
  referencesOf(parseReferences(env[REFERENCES_VARIABLE] ?? '') ?? []);

function patternOf(entry: string): RegExp {
  const parts = entry.split('*').map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('[^/]*')}$`, 's');
}

/** A path that leaves the folder that it names. */
const isEvasive = (reference: string): boolean =>
  reference.startsWith('file:') && reference.slice('file:'.length).split('/').includes('..');

/** References in a document that the operator has written: by writing them there, they are listed. */
export function referencesWritten(value: unknown): readonly string[] {
  if (typeof value === 'string') {
    const variables = [...value.matchAll(/\$\{(\w+)\}/g)].map(([, name]) => `env:${name}`);
    return ENTRY.test(value) && !value.includes('*') ? [value, ...variables] : variables;
  }
  if (Array.isArray(value)) return value.flatMap(referencesWritten);
  return isRecord(value) ? Object.values(value).flatMap(referencesWritten) : [];
}
