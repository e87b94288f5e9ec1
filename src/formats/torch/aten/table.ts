import { ACTIVATIONS } from './activation.ts';
import { ELEMENTWISE } from './elementwise.ts';
import { IDENTITIES } from './identity.ts';
import { INDEXING } from './indexing.ts';
import { LINEAR } from './linear.ts';
import type { AtenOperator } from './operator.ts';
import { REDUCTIONS } from './reduction.ts';
import { VIEWS } from './view.ts';

/** Every operator of ATen that is compiled. */
const ATEN_OPERATORS: readonly AtenOperator[] = [
  ...LINEAR,
  ...ACTIVATIONS,
  ...ELEMENTWISE,
  ...REDUCTIONS,
  ...VIEWS,
  ...INDEXING,
  ...IDENTITIES,
];

const BY_NAME: ReadonlyMap<string, AtenOperator> = new Map(ATEN_OPERATORS.map((row) => [row.name, row]));

/** The row of an operator: that of its overload where it has one of its own. */
export const atenOperator = (name: string, overload: string): AtenOperator | undefined =>
  BY_NAME.get(`${name}.${overload}`) ?? BY_NAME.get(name);
