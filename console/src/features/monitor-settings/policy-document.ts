/** A monitor policy as a document that is edited a value at a time; what the form does not know stays as it is. Pure. */
import type { PolicyGrammar } from '../../api/generated/monitor-grammar.ts';

export type PolicyDocument = Readonly<Record<string, unknown>>;
type Path = readonly string[];

export const isTable = (value: unknown): value is PolicyDocument =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export function valueAt(document: unknown, path: Path): unknown {
  let value: unknown = document;
  for (const key of path) value = isTable(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  return value;
}

/** With that value there; without it where it is undefined, and without tables that nothing is left of. */
export function withValue(document: unknown, path: Path, value: unknown): PolicyDocument {
  const [key, ...rest] = path;
  const own = isTable(document) ? document : {};
  if (key === undefined) return own;
  const inner = rest.length === 0 ? value : withValue(valueAt(own, [key]), rest, value);
  const isGone =
    inner === undefined || (rest.length > 0 && isTable(inner) && Object.keys(inner).length === 0);
  const others = Object.entries(own).filter(([name]) => name !== key);
  if (isGone) return Object.fromEntries(others);
  // A key that is there keeps its place.
  return Object.hasOwn(own, key) ? { ...own, [key]: inner } : Object.fromEntries([...others, [key, inner]]);
}

export interface PolicyDifference {
  readonly path: string;
  readonly before: string;
  readonly after: string;
}

/** Every value that another document says otherwise, by its path; what it leaves out has the default of the grammar. */
export function differencesOf(
  before: unknown,
  after: unknown,
  grammar: PolicyGrammar,
): readonly PolicyDifference[] {
  const paths = new Map(
    [...leavesOf(before, []), ...leavesOf(after, [])].map((path) => [path.join('\n'), path]),
  );
  return [...paths.values()].flatMap((path) => {
    const [was, is] = [before, after].map((document) =>
      told(valueAt(document, path), defaultAt(grammar, path)),
    );
    return was === is ? [] : [{ path: path.join('.'), before: was ?? '', after: is ?? '' }];
  });
}

function leavesOf(value: unknown, path: Path): readonly Path[] {
  if (!isTable(value) || Object.keys(value).length === 0) return path.length === 0 ? [] : [path];
  return Object.entries(value).flatMap(([key, inner]) => leavesOf(inner, [...path, key]));
}

function told(value: unknown, otherwise: unknown): string {
  if (value !== undefined) return JSON.stringify(value);
  return otherwise === undefined ? 'not set' : `${JSON.stringify(otherwise)} by default`;
}

/** What holds where nothing is said there; undefined where that is nothing. */
function defaultAt(grammar: PolicyGrammar, path: Path): unknown {
  let node: PolicyGrammar | undefined = grammar;
  for (const key of path) node = node?.properties?.[key];
  const value = node?.default;
  return isTable(value) && Object.keys(value).length === 0 ? undefined : value;
}

/** A text as a document, or why it is none. */
export function parsedDocument(
  text: string,
): { readonly document: PolicyDocument } | { readonly problem: string } {
  try {
    const value: unknown = JSON.parse(text);
    return isTable(value)
      ? { document: value }
      : { problem: 'The policy is not a table: it begins with { and ends with }.' };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}
