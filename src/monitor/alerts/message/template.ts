/**
 * Bodies that people write themselves: JSON with placeholders, and nothing that runs. `{{path.to.value}}` is a value as text,
 * escaped for the inside of a JSON string; `{{json path}}` is it as JSON; `{{#list}} … {{/list}}` repeats what is between for
 * each element, whose fields come before those outside. Paths find own fields of plain data, and no more. Pure.
 */
import { elementAt } from '../../../core/element-at.ts';
import { messageOf } from '../../../core/error-text.ts';

/** Bytes of what comes out, and how deep lists may be in each other. */
const OUTPUT_MAX_CHARS = 1_000_000;
const MAX_DEPTH = 4;

type Part =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'value'; readonly path: string; readonly json: boolean }
  | { readonly kind: 'list'; readonly path: string; readonly parts: readonly Part[] };

type Rendered =
  | { readonly ok: true; readonly body: string }
  | { readonly ok: false; readonly problem: string };

const TAG = /\{\{\s*(#|\/|json\s+)?\s*([A-Za-z_][\w.]*)\s*\}\}/g;

/** Fills a template; what comes out must be JSON. */
export function renderTemplate(template: string, data: unknown): Rendered {
  const parsed = parse(template);
  if (typeof parsed === 'string') return { ok: false, problem: parsed };
  const room = { left: OUTPUT_MAX_CHARS };
  const body = fill(parsed, [data], room);
  if (room.left < 0) return { ok: false, problem: `it makes more than ${OUTPUT_MAX_CHARS} characters` };
  try {
    JSON.parse(body);
  } catch (error) {
    return { ok: false, problem: `what it makes is no JSON: ${messageOf(error)}` };
  }
  return { ok: true, body };
}

/** The parts of a template, or what is wrong with it. */
function parse(template: string): readonly Part[] | string {
  const whole: Part[] = [];
  /** Lists that are open, the innermost first, each with the parts that it is a part of. */
  const open: { readonly path: string; readonly outer: Part[] }[] = [];
  let parts = whole;
  let end = 0;
  for (const match of template.matchAll(TAG)) {
    if (match.index > end) parts.push({ kind: 'text', text: template.slice(end, match.index) });
    end = match.index + match[0].length;
    const [, sign = '', path = ''] = match;
    if (sign === '#') {
      if (open.length === MAX_DEPTH) return `lists are more than ${MAX_DEPTH} deep at {{#${path}}}`;
      open.unshift({ path, outer: parts });
      parts = [];
    } else if (sign === '/') {
      const list = open.shift();
      if (list?.path !== path) return `{{/${path}}} ends what was not begun`;
      list.outer.push({ kind: 'list', path, parts });
      parts = list.outer;
    } else parts.push({ kind: 'value', path, json: sign !== '' });
  }
  const [unended] = open;
  if (unended !== undefined) return `{{#${unended.path}}} has no end`;
  whole.push({ kind: 'text', text: template.slice(end) });
  return whole;
}

function fill(parts: readonly Part[], scopes: readonly unknown[], room: { left: number }): string {
  let out = '';
  for (const part of parts) {
    if (room.left < 0) return out;
    const piece = part.kind === 'list' ? fillList(part, scopes, room) : pieceOf(part, scopes);
    if (part.kind !== 'list') room.left -= piece.length;
    out += piece;
  }
  return out;
}

function pieceOf(part: Exclude<Part, { kind: 'list' }>, scopes: readonly unknown[]): string {
  if (part.kind === 'text') return part.text;
  const value = find(part.path, scopes);
  if (part.json) return JSON.stringify(value ?? null);
  const text = typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value ?? '');
  return JSON.stringify(text).slice(1, -1);
}

/** Elements are separated by commas, as JSON wants them. */
function fillList(
  { path, parts }: Extract<Part, { kind: 'list' }>,
  scopes: readonly unknown[],
  room: { left: number },
): string {
  const value = find(path, scopes);
  if (!Array.isArray(value)) return '';
  const pieces: string[] = [];
  for (const element of value) {
    if (room.left < 0) break;
    pieces.push(fill(parts, [element, ...scopes], room));
  }
  return pieces.join(',');
}

/** The value of a path in the innermost scope that has its first name. */
function find(path: string, scopes: readonly unknown[]): unknown {
  const names = path.split('.');
  const scope = scopes.find((candidate) => own(candidate, elementAt(names, 0)) !== undefined);
  return names.reduce<unknown>((value, name) => own(value, name), scope);
}

const own = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined;
