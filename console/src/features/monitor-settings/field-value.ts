/** What people type into a field of the form, and the value that is meant. Pure. */
import type { PolicyGrammar } from '../../api/generated/monitor-grammar.ts';
import { isTable } from './policy-document.ts';

export type FieldKind = 'choice' | 'flag' | 'number' | 'text' | 'list' | 'pairs' | 'other';

export function kindOf(node: PolicyGrammar): FieldKind {
  if (node.enum !== undefined) return 'choice';
  if (node.type === 'boolean') return 'flag';
  if (node.type === 'number' || node.type === 'integer') return 'number';
  if (node.type === 'string') return 'text';
  if (node.type === 'array') return 'list';
  const values = node.additionalProperties;
  if (typeof values === 'object' && (values.enum !== undefined || values.type === 'array')) return 'pairs';
  return 'other';
}

/** As it stands in its field: a list a line each, pairs as `name = value`. */
export function fieldText(kind: FieldKind, value: unknown): string {
  if (value === undefined) return '';
  if (kind === 'list' && Array.isArray(value)) return value.join('\n');
  if (kind === 'pairs' && isTable(value))
    return Object.entries(value)
      .map(([name, one]) => `${name} = ${Array.isArray(one) ? one.join(', ') : String(one)}`)
      .join('\n');
  return typeof value === 'string' || typeof value === 'number' ? String(value) : JSON.stringify(value);
}

const linesOf = (text: string): readonly string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');

/** Undefined where nothing is typed: the default holds. What is no number is left to the server to refuse, by its path. */
export function fieldValue(kind: FieldKind, text: string, node: PolicyGrammar): unknown {
  if (text.trim() === '') return undefined;
  if (kind === 'number') return Number.isFinite(Number(text)) ? Number(text) : text.trim();
  if (kind === 'list') return linesOf(text);
  if (kind === 'pairs') {
    const isOfLists =
      typeof node.additionalProperties === 'object' && node.additionalProperties.type === 'array';
    return Object.fromEntries(
      linesOf(text).map((line) => {
        const at = line.lastIndexOf('=');
        const [name, value] = at < 0 ? [line, ''] : [line.slice(0, at).trim(), line.slice(at + 1).trim()];
        return [name, isOfLists ? value.split(/[\s,]+/).filter(Boolean) : value];
      }),
    );
  }
  return text.trim();
}

/** `minimumPsi` as `Minimum PSI`. */
export function fieldName(key: string): string {
  const words = key
    .replaceAll(/([a-z])([A-Z])/g, (_, a: string, b: string) => `${a} ${b.toLowerCase()}`)
    .replaceAll(/\b(?:psi|url|smtp)\b/g, (acronym) => acronym.toUpperCase());
  return `${words[0]?.toUpperCase() ?? ''}${words.slice(1)}`;
}
