/** Lists: the filters that the API documents for labels and names, and pages. */
import type { Json } from './json.ts';
import { Refusal } from './refusal.ts';

/** Whether a message passes a filter: `labels.key="value"`, `labels.key:*`, `display_name="x"`, joined by AND. */
function passes(filter: unknown, message: Json): boolean {
  if (typeof filter !== 'string' || filter.trim() === '') return true;
  return filter.split(/\s+AND\s+/).every((term) => passesTerm(term.trim(), message));
}

function passesTerm(term: string, message: Json): boolean {
  const labels = (message['labels'] ?? {}) as Record<string, string>;
  const has = /^labels[.:]"?([\w-]+)"?(:\*)?$/.exec(term);
  if (has?.[1] !== undefined) return has[1] in labels;
  const [, field, quoted, sign, value] =
    /^([\w.]+?)(?:\."([\w -]+)")?\s*(=|!=)\s*"?([^"]*)"?$/.exec(term) ?? fromLabel(term);
  if (field === undefined) throw new Refusal('INVALID_ARGUMENT', `Invalid filter: ${term}`);
  const found = valueAt(field, quoted, message, labels);
  return sign === '=' ? found === value : found !== value;
}

const fromLabel = (term: string): (string | undefined)[] => {
  const [, key, sign, value] = /^labels\.([\w-]+)\s*(=|!=)\s*"?([^"]*)"?$/.exec(term) ?? [];
  return key === undefined ? [] : [term, 'labels', key, sign, value];
};

function valueAt(
  field: string,
  quoted: string | undefined,
  message: Json,
  labels: Record<string, string>,
): unknown {
  if (field === 'labels' && quoted !== undefined) return labels[quoted];
  if (field.startsWith('labels.')) return labels[field.slice('labels.'.length)];
  if (field === 'display_name' || field === 'displayName') return message['displayName'];
  if (['endpoint', 'model'].includes(field)) return String(message['name']).split('/').at(-1);
  throw new Refusal('INVALID_ARGUMENT', `Invalid filter field: ${field}`);
}

/** One page of what passes; a token is the place where the next one begins. */
export function page(
  under: string,
  kind: string,
  all: Iterable<Json>,
  { filter, pageSize, pageToken }: Json,
): { readonly items: readonly Json[]; readonly nextPageToken?: string } {
  const found = [...all].filter(
    (message) => String(message['name']).startsWith(`${under}/${kind}/`) && passes(filter, message),
  );
  const from = Number(pageToken ?? 0);
  const size = Math.min(Number(pageSize ?? 100) || 100, 100);
  const items = found.slice(from, from + size);
  return from + size < found.length ? { items, nextPageToken: String(from + size) } : { items };
}
