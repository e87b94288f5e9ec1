/** What a file is, in words. Pure. */
import type { ProofView } from './proof-view.ts';

type Facts = NonNullable<ProofView['facts']>;

/** Estimators without the modules that they come from. */
export const classWords = (name: string): string => name.slice(name.lastIndexOf('.') + 1);

/** What a part is called by its composite goes behind the attribute that holds it. */
export const partWords = (name: string): string =>
  name.replace(/^(?:steps|transformers|transformer_list)\./, '');

const nameOf = ({ module, name }: Facts['foreign'][number]): string => `${module}.${name}`;

export function headlineWords({ format, compression, framework, foreign }: Facts): string {
  // A command is no library, though it is what such a file is made of.
  if (foreign.some(({ meaning }) => meaning === 'dangerous'))
    return `A ${format} file that runs code when Python loads it`;
  const release = framework.version === null ? framework.name : `${framework.name} ${framework.version}`;
  return `${release}, ${compression === null ? format : `${format} (${compression})`}`;
}

const LISTED = 6;
const listed = (names: readonly string[], more: number): string => {
  const rest = names.length - LISTED + more;
  return names.slice(0, LISTED).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
};

/** What Python would do with it, worst first; of a file that is data nothing. */
export function pythonWords({
  foreign,
  moreForeign,
}: Facts): readonly { readonly isRisk: boolean; readonly text: string }[] {
  const dangerous = foreign.filter(({ meaning }) => meaning === 'dangerous').map(nameOf);
  const unknown = foreign.filter(({ meaning }) => meaning === 'unknown').map(nameOf);
  return [
    ...(dangerous.length === 0
      ? []
      : [
          {
            isRisk: true,
            text: `Loading it in Python would run ${listed(dangerous, 0)}. The names were read here, and nothing was run.`,
          },
        ]),
    ...(unknown.length === 0
      ? []
      : [
          {
            isRisk: false,
            text: `It holds ${listed(unknown, moreForeign)}: code of somebody’s own, which only Python could follow.`,
          },
        ]),
  ];
}

/** Ways that the hints of the server name by options of its commands, as this page has them. */
const WAYS: Readonly<Record<string, string>> = {
  SIGNATURE_BREAKING:
    'If callers are ready for it, upload it again and tick “Inputs or outputs may change”; else upload it under another name.',
  PYTHON_UNTRUSTED:
    'If you trust whoever made it, upload it again and tick “Let Python run it”; else save or export the model without code of its own.',
};

/** What to do about a check that failed. */
export const wayWords = ({ code, hint }: ProofView['version']['checks'][number]): string =>
  (code === undefined ? undefined : WAYS[code]) ?? hint ?? '';

/** A check that failed, without its code at the end: that is shown beside it. */
export const findingWords = (detail: string): string => detail.replace(/ \(\w+\)$/, '');
