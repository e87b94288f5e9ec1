/** A request as programs make it, at each door. Pure. */

export const LANGUAGES = ['curl', 'Python', 'TypeScript'] as const;
export type Language = (typeof LANGUAGES)[number];
export const DOORS = ['predict', 'V2', 'V1'] as const;
export type Door = (typeof DOORS)[number];

export interface RequestFacts {
  /** `http://ml.example:8080` */
  readonly origin: string;
  readonly endpoint: string;
  readonly row: unknown;
  /** Whether callers need a key. */
  readonly needsKey: boolean;
}

const named = encodeURIComponent;

/** Path and body of a door. Null where the door has no form for such a row. */
export function doorRequest(
  door: Door,
  { endpoint, row }: RequestFacts,
): { path: string; body: unknown } | null {
  if (door === 'predict') return { path: `/models/${named(endpoint)}/predict`, body: row };
  if (door === 'V1') return { path: `/v1/models/${named(endpoint)}:predict`, body: { instances: [row] } };
  if (typeof row !== 'object' || row === null || Array.isArray(row)) return null;
  const inputs = Object.entries(row).map(([name, value]) => ({
    ...{ name, shape: [1, 1] },
    datatype: DATATYPES[typeof value] ?? 'FP64',
    data: [value],
  }));
  return { path: `/v2/models/${named(endpoint)}/infer`, body: { inputs } };
}

const DATATYPES: Readonly<Record<string, string>> = { string: 'BYTES', boolean: 'BOOL', number: 'FP64' };

export function snippetOf(language: Language, door: Door, facts: RequestFacts): string | null {
  const asked = doorRequest(door, facts);
  if (asked === null) return null;
  return WRITERS[language](facts.origin + asked.path, asked.body, facts.needsKey);
}

type Writer = (url: string, body: unknown, needsKey: boolean) => string;

const WRITERS: Readonly<Record<Language, Writer>> = {
  curl: (url, body, needsKey) =>
    [
      `curl -s ${quoted(url)}`,
      ...(needsKey ? ['  -H "authorization: Bearer $PLIMSOLL_KEY"'] : []),
      "  -H 'content-type: application/json'",
      `  -d ${quoted(JSON.stringify(body))}`,
    ].join(' \\\n'),
  Python: (url, body, needsKey) =>
    [
      `import json, ${needsKey ? 'os, ' : ''}urllib.request`,
      '',
      `body = json.loads(${pythonText(JSON.stringify(body))})`,
      `request = urllib.request.Request(${JSON.stringify(url)}, json.dumps(body).encode(), {`,
      '    "content-type": "application/json",',
      ...(needsKey ? ['    "authorization": f"Bearer {os.environ[\'PLIMSOLL_KEY\']}",'] : []),
      '})',
      'print(json.load(urllib.request.urlopen(request)))',
    ].join('\n'),
  TypeScript: (url, body, needsKey) =>
    [
      `const response = await fetch(${JSON.stringify(url)}, {`,
      "  method: 'POST',",
      '  headers: {',
      "    'content-type': 'application/json',",
      ...(needsKey ? ["    authorization: 'Bearer ' + process.env.PLIMSOLL_KEY,"] : []),
      '  },',
      `  body: JSON.stringify(${JSON.stringify(body)}),`,
      '});',
      'console.log(await response.json());',
    ].join('\n'),
};

/** For a shell: within single quotes everything is itself but the quote. */
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
/** A JSON text is a Python text of the same letters: both know the same escapes. */
const pythonText = (text: string): string => JSON.stringify(text);
