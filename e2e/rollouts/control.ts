import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { RolloutView } from '../../src/control/port.ts';
import type { RecordingLine } from '../../src/rollout/recording.ts';
import { ROOT } from '../cli.ts';

const FIXTURES = join(ROOT, 'fixtures/rollouts');
/** A model that answers and candidates that differ from it in one way each: tools/fixtures/rollouts.py. */
export const fixture = (name: string): string => join(FIXTURES, `${name}.joblib`);

export const { rows, labels } = JSON.parse(readFileSync(join(FIXTURES, 'rows.json'), 'utf8')) as {
  readonly rows: readonly unknown[];
  readonly labels: readonly number[];
};

export type Rollout = RolloutView;

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

/** Proves a file as the next version of a model; answers its number. */
export async function pushed(url: string, model: string, path: string): Promise<number> {
  const { version, state } = await api<{ version: number; state: string }>(
    url,
    'POST',
    `models/${model}/versions?wait=60s`,
    { path, breaking: true },
  );
  expect(state).toBe('ready');
  return version;
}

/** Starts a rollout to version 2, unless another one is named. */
export const begun = (
  url: string,
  endpoint: string,
  body: { readonly strategy: string; readonly candidate?: number; readonly policy?: object },
): Promise<Rollout> => api(url, 'POST', `endpoints/${endpoint}/rollouts`, { candidate: 2, ...body });

export const standing = (url: string, { id }: Pick<Rollout, 'id'>): Promise<Rollout> =>
  api(url, 'GET', `rollouts/${id}`);

/** Waits until a rollout is over, or holds, and answers what it came to. */
export async function ended(url: string, rollout: Pick<Rollout, 'id'>, timeout: number): Promise<Rollout> {
  const state = async () => (await standing(url, rollout)).state;
  await expect.poll(state, { timeout, interval: 250 }).not.toBe('running');
  return standing(url, rollout);
}

/** All windows of a rollout that were closed so far. */
export async function windowsOf(url: string, { id }: Pick<Rollout, 'id'>): Promise<readonly RecordingLine[]> {
  const lines: RecordingLine[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const page: { items: RecordingLine[]; next: string | null } = await api(
      url,
      'GET',
      `rollouts/${id}/windows?limit=1000${cursor && `&cursor=${encodeURIComponent(cursor)}`}`,
    );
    lines.push(...page.items);
    cursor = page.next;
  }
  return lines;
}

/** Units of an arm that were counted for the first time, over all windows. */
export const assignedTo = (windows: readonly RecordingLine[], arm: 'candidate' | 'stable'): number =>
  windows.reduce((sum, { arms }) => sum + (arms[arm].assigned ?? 0), 0);
