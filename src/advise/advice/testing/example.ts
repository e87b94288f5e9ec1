import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { describedCost } from '../../cost/described-cost.ts';
import type { ModelCost } from '../../cost/model-cost.ts';
import { type Needs, parseNeeds } from '../../needs/needs.ts';
import { builtInPrices } from '../../prices/built-in.ts';
import type { Advice } from '../advice.ts';
import { advise } from '../advise.ts';

const FOLDER = join(import.meta.dirname, '../../../../examples/advise');

/** Needs of an example, with what is written over them. */
export const exampleNeeds = (name: string, over: Readonly<Record<string, unknown>> = {}): Needs =>
  parseNeeds({ ...parse(readFileSync(join(FOLDER, `${name}.yaml`), 'utf8')), ...over });

/** The cost of a model that needs describe. */
export function costIn({ name, model }: Needs): ModelCost {
  if (model === null || typeof model === 'string') throw new Error(`${name} describes no model`);
  return describedCost(name, model);
}

/** The advice on an example, with what is written over it. */
export function adviceOn(name: string, over?: Readonly<Record<string, unknown>>): Advice {
  const needs = exampleNeeds(name, over);
  return advise(needs, costIn(needs), builtInPrices());
}
