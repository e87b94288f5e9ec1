import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../cli.ts';

const FIXTURES = join(ROOT, 'fixtures/rollouts');
/** A model that answers and candidates that differ from it in one way each: tools/fixtures/rollouts.py. */
export const fixture = (name: string): string => join(FIXTURES, `${name}.joblib`);

export const { rows, labels } = JSON.parse(readFileSync(join(FIXTURES, 'rows.json'), 'utf8')) as {
  readonly rows: readonly unknown[];
  readonly labels: readonly number[];
};

export interface Rollout {
  readonly id: string;
  readonly state: string;
  readonly stage: number;
  readonly weight: number;
  readonly verdict: string;
  readonly reason: string;
  readonly harmedUnits: number;
  readonly evidence: Readonly<Record<string, { readonly maxLog: number; readonly bound: number }>>;
  readonly arms: readonly { readonly name: string; readonly units: number; readonly failures: number }[];
}

/** The control API as any HTTP client calls it. Throws what it answers with a status that is no success. */
export async function api<T>(url: string, method: string, path: string, body?: unknown): Promise<T> {
  const response = await fetch(`${url}/api/v1/${path}`, {
    method,
    ...(body === undefined
      ? {}
      : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  const answer: unknown = await response.json();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${JSON.stringify(answer)}`);
  return answer as T;
}
