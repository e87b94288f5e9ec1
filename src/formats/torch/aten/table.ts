import { ACTIVATIONS } from './activation.ts';
import { ATTENTIONS } from './attention.ts';
import { COMPOSITES } from './composite.ts';
import { CONVOLUTIONS } from './convolution.ts';
import { CREATIONS } from './creation.ts';
import { ELEMENTWISE } from './elementwise.ts';
import { IDENTITIES } from './identity.ts';
import { INDEXING } from './indexing.ts';
import { LINEAR } from './linear.ts';
import { NORMALIZATIONS } from './normalization.ts';
import type { AtenOperator } from './operator.ts';
import { POOLINGS } from './pooling.ts';
import { RECURRENTS } from './recurrent.ts';
import { REDUCTIONS } from './reduction.ts';
import { RESIZES } from './resize.ts';
import { SYMBOLICS } from './symbolic.ts';
import { VIEWS } from './view.ts';

/** Every operator of ATen that is compiled. */
export const ATEN_OPERATORS: readonly AtenOperator[] = [
  ...LINEAR,
  ...ACTIVATIONS,
  ...ELEMENTWISE,
  ...REDUCTIONS,
  ...VIEWS,
  ...INDEXING,
  ...IDENTITIES,
  ...ATTENTIONS,
  ...COMPOSITES,
  ...CONVOLUTIONS,
  ...CREATIONS,
  ...NORMALIZATIONS,
  ...POOLINGS,
  ...RECURRENTS,
  ...RESIZES,
  ...SYMBOLICS,
];

const BY_NAME: ReadonlyMap<string, AtenOperator> = new Map(ATEN_OPERATORS.map((row) => [row.name, row]));

/** The row of an operator: that of its overload where it has one of its own. */
export const atenOperator = (name: string, overload: string): AtenOperator | undefined =>
  BY_NAME.get(`${name}.${overload}`) ?? BY_NAME.get(name);
