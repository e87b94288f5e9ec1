import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { isPlimsollError } from '../../core/errors.ts';
import { readModelFile } from '../read-model.ts';

/** For tests: a skops file beside the pickle or joblib file of the same model in fixtures/models. */

const MODELS = join(import.meta.dirname, '../../../fixtures/models');
const COMPARED = ['content', 'blockers', 'outline', 'framework', 'notes'] as const;
type Compared = Readonly<Partial<Record<(typeof COMPARED)[number] | 'refusal', unknown>>>;

/** What the model of a skops file has otherwise than the model of its pickle; places in the files do not count. */
export function twinComplaints(path: string): readonly string[] {
  const [release, name] = [basename(dirname(path)), basename(path, '.skops')];
  const pickled = ['pkl', 'joblib'].map((kind) => join(MODELS, release, `${name}.${kind}`)).find(existsSync);
  if (pickled === undefined) return [`${release}/${name} has no pickle`];
  const [found, wanted] = [describe(path), describe(pickled)];
  return [...COMPARED, 'refusal' as const]
    .filter((part) => !isDeepStrictEqual(found[part], wanted[part]))
    .map((part) => `${release}/${name}: ${part} is ${short(found[part])}, wanted ${short(wanted[part])}`);
}

function describe(path: string): Compared {
  try {
    const { content, blockers, outline, framework, notes } = readModelFile(path);
    const own = notes.filter(({ text }) => !text.startsWith('Written by skops'));
    return withoutPlaces({ content, blockers, outline, framework, notes: own }) as Compared;
  } catch (error) {
    if (!isPlimsollError(error)) throw error;
    return { refusal: error.code };
  }
}

function withoutPlaces(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
  if (Array.isArray(value)) return value.map(withoutPlaces);
  const entries = Object.entries(value).filter(([key]) => key !== 'offset');
  return Object.fromEntries(entries.map(([key, item]) => [key, withoutPlaces(item)]));
}

const short = (value: unknown): string => String(JSON.stringify(value)).slice(0, 200);
