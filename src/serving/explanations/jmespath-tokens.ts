/** The words of an expression in JMESPath. Pure. */

export type JmespathToken =
  | { readonly kind: 'name' | 'number' | 'sign'; readonly text: string }
  | { readonly kind: 'value'; readonly text: string; readonly value: unknown };

const WORD =
  /\s*(?:(?<name>[A-Za-z_]\w*)|(?<quoted>"(?:[^"\\]|\\.)+")|(?<number>-?\d+)|'(?<raw>(?:[^'\\]|\\.)*)'|`(?<literal>(?:[^`\\]|\\.)*)`|(?<sign>&&|\|\||==|!=|<=|>=|[.[\]():,<>!@|]))/y;

/** Throws SyntaxError for what is none, or is not read here. */
export function jmespathTokens(text: string): readonly JmespathToken[] {
  const tokens: JmespathToken[] = [];
  const word = new RegExp(WORD);
  const whole = text.trimEnd();
  while (word.lastIndex < whole.length) {
    const from = word.lastIndex;
    const groups = word.exec(whole)?.groups;
    if (groups === undefined)
      throw new SyntaxError(`${JSON.stringify(whole.slice(from, from + 20))} is not read here`);
    tokens.push(tokenOf(groups));
  }
  return tokens;
}

function tokenOf({
  name,
  quoted,
  number,
  raw,
  literal,
  sign,
}: Readonly<Record<string, string | undefined>>): JmespathToken {
  if (name !== undefined) return { kind: 'name', text: name };
  if (quoted !== undefined) return { kind: 'name', text: String(JSON.parse(quoted)) };
  if (number !== undefined) return { kind: 'number', text: number };
  if (raw !== undefined) return { kind: 'value', text: raw, value: raw.replaceAll("\\'", "'") };
  if (literal !== undefined) return { kind: 'value', text: literal, value: literalOf(literal) };
  return { kind: 'sign', text: sign ?? '' };
}

/** JSON between backticks; what is none is a text, as the language had it first. */
function literalOf(text: string): unknown {
  const plain = text.replaceAll('\\`', '`').trim();
  try {
    return JSON.parse(plain);
  } catch {
    return plain;
  }
}
