/** Bodies that take the most memory for their bytes, one a way of V8 and of the reader of CSV to hold values. For tests. */

/** So many pieces that they make about `size` bytes. */
function pieces(size: number, separator: string, piece: (k: number) => string): string {
  const parts: string[] = [];
  for (let [k, length] = [0, 0]; length < size; k++) {
    const part = piece(k);
    length += part.length + separator.length;
    parts.push(part);
  }
  return parts.join(separator);
}

const list = (piece: (k: number) => string) => (size: number) => `[${pieces(size, ',', piece)}]`;
const object = (entry: (k: number) => string) => (size: number) => `{${pieces(size, ',', entry)}}`;
const name = (k: number): string => k.toString(36);

export type HostileBody = (size: number) => string;

export const HOSTILE_JSON: Readonly<Record<string, HostileBody>> = {
  'lists in lists': list(() => '['.repeat(90) + ']'.repeat(90)),
  'objects in objects': list(() => `${'{"":'.repeat(90)}0${'}'.repeat(90)}`),
  'empty lists': list(() => '[]'),
  'empty objects': list(() => '{}'),
  'lists of three levels': list(() => '[[[]]]'),
  'lists of one number': list(() => '[1]'),
  'lists of one fraction': list(() => '[1e9]'),
  'lists of one text': list(() => '[""]'),
  digits: list(() => '1'),
  fractions: list(() => '0.5'),
  'fractions among texts': list((k) => (k % 2 ? '1e9' : '""')),
  nulls: list(() => 'null'),
  'objects of one key': list(() => '{"a":1}'),
  'objects of a key each': list((k) => `{"${name(k)}":1}`),
  'objects of four keys': list((k) => `{"${name(k)}":1,"a":1,"b":1,"c":1}`),
  'objects of four other keys': list((k) => `{"a":1,"b":1,"c":1,"${name(k)}":1}`),
  'objects of keys in turn': list((k) => (k % 2 ? '{"a":1,"b":1}' : '{"b":1,"a":1}')),
  'objects of an index': list(() => '{"31":1}'),
  'objects of a far index': list(() => '{"99999":1}'),
  'objects of indices': list((k) => `{"${k % 30}":1,"${30 + (k % 9)}":1,"40":1}`),
  keys: object((k) => `"${name(k)}":1`),
  'keys of fractions': object((k) => `"${name(k)}":1e9`),
  indices: object((k) => `"${(k * 7919) % 4294967290}":1`),
  'far indices': object((k) => `"${4294967290 - k * 1000}":1`),
  'keys of escapes': object((k) => `"\\n${name(k)}":1`),
  'short texts': list((k) => `"${name(k)}"`),
  'texts of one byte': list((k) => `"é${name(k)}"`),
  'wide texts': list((k) => `"中${name(k)}"`),
  'texts of escapes': list((k) => `"\\u4e2d${name(k)}"`),
  'one text': (size) => `"${'a'.repeat(size)}"`,
  'one wide text': (size) => `["中","${'a'.repeat(size)}"]`,
  'one text of escapes': (size) => `"${'\\n'.repeat(size / 2)}"`,
  'bare words': list(() => 'NaN'),
  'texts beside a bare word': (size) => `[NaN,${pieces(size, ',', () => '""')}]`,
};

/** What people send. */
export const USUAL_JSON: Readonly<Record<string, HostileBody>> = {
  'rows of numbers': (size) => `{"rows":[${pieces(size, ',', (k) => `[${k % 9}.1,3.5,1.4,0.2]`)}]}`,
  'rows by name': (size) =>
    `{"rows":[${pieces(size, ',', (k) => `{"age":${k % 99},"job":"clerk","city":"Oslo"}`)}]}`,
  texts: (size) =>
    `{"instances":[${pieces(size, ',', (k) => `"a message of ${k} words that somebody wrote"`)}]}`,
};

export const HOSTILE_CSV: Readonly<Record<string, HostileBody>> = {
  'line ends': (size) => '\n'.repeat(size),
  commas: (size) => ','.repeat(size),
  digits: (size) => '1,'.repeat(size / 2),
  'lines of a digit': (size) => '1\n'.repeat(size / 2),
  words: (size) => pieces(size, ',', (k) => `a${name(k)}`),
  quotes: (size) => '"",'.repeat(size / 3),
  'wide cells': (size) => '中,'.repeat(size / 4),
  rows: (size) => '5.1,3.5,1.4,0.2\n'.repeat(size / 16),
};
