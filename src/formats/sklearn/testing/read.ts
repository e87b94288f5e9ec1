import { expect } from 'vitest';
import type { ModelStep } from '../../../model/step.ts';
import type { Family } from '../family.ts';
import { instance, testReading } from './values.ts';

/** What the families make of a hand-made object of one of their classes. */
export function readAs(
  families: readonly Family[],
  name: string,
  attributes: Readonly<Record<string, unknown>>,
): ModelStep | null {
  const found = families.find(({ classes }) => classes.includes(name));
  if (found === undefined) throw new Error(`no family reads ${name}`);
  return found.read(testReading().view(instance(`${found.module}.${name}`, attributes), ''));
}

/** An error that names the field which cannot be. */
export const objectionTo = (field: string, code = 'MODEL_INVALID'): unknown =>
  expect.objectContaining({ code, details: expect.objectContaining({ field }) as unknown });
