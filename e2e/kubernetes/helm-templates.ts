/**
 * The part of Helm's template language that charts of ours use, for tests: values, `quote`, `int`, `index`, `printf`, `toYaml | nindent`,
 * `if` and `with`. Anything else is an error.
 */
import { parse, stringify } from 'yaml';

type Scope = Readonly<Record<string, unknown>>;

/** What `helm template` would print, with these values. */
export function rendered(template: string, values: unknown, namespace: string): string {
  const scope = { Values: values, Release: { Namespace: namespace } };
  const tokens = template.split(/(\{\{-?\s(?:"[^"]*"|[^}])*\}\})/);
  let at = 0;
  const block = (dot: unknown, isLive: boolean): string => {
    let out = '';
    for (; at < tokens.length; at++) {
      const token = tokens[at]!;
      const [, trim, action] = /^\{\{(-?)\s(.*?)\s*\}\}$/s.exec(token) ?? [];
      if (action === undefined) {
        if (token.includes('{{')) throw new Error(`no action of ours: ${token}`);
        out += token;
        continue;
      }
      if (trim === '-') out = out.trimEnd();
      if (action === 'end') return out;
      const [, word, expression] = /^(if|with) (.*)$/.exec(action) ?? [];
      if (word === undefined) {
        if (isLive) out += String(evaluate(action, dot, scope));
        continue;
      }
      at++;
      const value = isLive ? evaluate(expression!, dot, scope) : undefined;
      const inner = block(word === 'with' ? value : dot, isLive && isTrue(value));
      if (isTrue(value)) out += inner;
    }
    return out;
  };
  return block(scope, true);
}

const isTrue = (value: unknown): boolean =>
  Array.isArray(value)
    ? value.length > 0
    : typeof value === 'object' && value !== null
      ? Object.keys(value).length > 0
      : Boolean(value);

function evaluate(text: string, dot: unknown, scope: Scope): unknown {
  const [first, ...filters] = text.split(' | ');
  return filters.reduce<unknown>(
    (value, filter) => {
      if (filter === 'quote') return JSON.stringify(String(value));
      const [, width] = /^nindent (\d+)$/.exec(filter) ?? [];
      if (width === undefined) throw new Error(`no filter of ours: ${filter}`);
      return `\n${String(value).replaceAll(/^/gm, ' '.repeat(Number(width)))}`;
    },
    term(first!.trim(), dot, scope),
  );
}

function term(text: string, dot: unknown, scope: Scope): unknown {
  if (/^"(?:[^"]*)"$/.test(text)) return text.slice(1, -1);
  if (text === '.') return dot;
  const [, word, rest] = /^(int|toYaml) (.*)$/.exec(text) ?? [];
  if (word === 'int') return Math.trunc(Number(term(rest!, dot, scope)));
  if (word === 'toYaml') return stringify(term(rest!, dot, scope)).trimEnd();
  const [, format, path] = /^printf ("(?:[^"\\]|\\.)*") (\S+)$/.exec(text) ?? [];
  if (format !== undefined)
    return (JSON.parse(format) as string).replace('%s', String(term(path!, dot, scope)));
  const [, list, key, field] = /^\(index (\S+) ("[^"]*")\)\.(\w+)$/.exec(text) ?? [];
  if (list !== undefined) {
    const table = term(list, dot, scope) as Record<string, Scope>;
    return table[parse(key!) as string]?.[field!];
  }
  if (!/^(?:\.[A-Za-z]\w*)+$/.test(text)) throw new Error(`no term of ours: ${text}`);
  return text
    .slice(1)
    .split('.')
    .reduce<unknown>((value, name) => (value as Scope)[name], scope);
}
