import type { TableColumn } from '../../model/encoding.ts';
import type { ModelStep } from '../../model/step.ts';
import type { StepBase } from '../../model/step-base.ts';
import { behindCodes, codedColumn } from '../coded-columns.ts';
import { type BoosterModel, isSince } from './booster.ts';
import { type EnsembleUse, ensembleOfBooster } from './ensemble.ts';
import { boosterInvalid, boosterUnsupported } from './failure.ts';
import { linearOfBooster } from './linear.ts';

/**
 * The steps of a booster: trees, from 3.1 on behind the codes of the columns of a data frame whose categories the file
 * holds. There, as in the library (`enc::Recode`), a cell is the category itself, and an unknown one is refused.
 */
export function stepsOfBooster(model: BoosterModel, base: StepBase, use: EnsembleUse = {}): ModelStep {
  if (model.linear !== null) return linearOfBooster(model, model.linear, base, use);
  const trees = ensembleOfBooster(model, base, use);
  if (model.categories === null) return trees;
  const beyond = [...model.categories.keys()].find((column) => column >= model.features);
  if (beyond !== undefined)
    throw boosterInvalid(
      { path: 'cats.enc', offset: 0 },
      `column ${beyond}`,
      'there',
      `columns below ${model.features}`,
    );
  for (const [column, values] of model.categories) checkWhole(model, column, values);
  const columns = new Map(
    Array.from(model.categories, ([column, values]): [number, TableColumn] => [column, columnOf(values)]),
  );
  return behindCodes(trees, base, { name: 'cats', columns });
}

const beyondAscii = /[^\0-\x7f]/;

/** Up to 3.3 categories of pandas were cut as if each character took a byte (`npstr_to_arrow_strarr`): the rest is lost. */
function checkWhole({ release }: BoosterModel, column: number, values: readonly (string | number)[]): void {
  const odd = values.find((value) => beyondAscii.test(String(value)));
  if (odd === undefined || isSince(release, 3, 4)) return;
  throw boosterUnsupported(
    { path: `cats.enc[${column}]`, offset: 0 },
    'values',
    `${JSON.stringify(odd)} among categories that XGBoost ${release.text} cut`,
    'categories of ASCII, or those of XGBoost 3.4 and later, are',
  );
}

/** Codes in the order of the file; a missing value stays one. */
function columnOf(values: readonly (string | number)[]): TableColumn {
  const codes = Float64Array.from([...values.keys(), Number.NaN]);
  const texts = values.filter((value) => typeof value === 'string');
  if (texts.length === values.length)
    return codedColumn({ type: 'string', values: [...texts, null] }, codes, 'error');
  const numbers = Float64Array.from([...values.map(Number), Number.NaN]);
  return codedColumn({ type: 'number', values: numbers }, codes, 'error');
}
