import { ACTIVATIONS } from './activation.ts';
import { ARRANGEMENTS } from './arrange.ts';
import { ATTENTIONS } from './attention.ts';
import { COMPOSITES } from './composite.ts';
import { CONVOLUTIONS } from './convolution.ts';
import { CREATIONS } from './creation.ts';
import { DISTANCES } from './distance.ts';
import { ELEMENTWISE } from './elementwise.ts';
import { ENCODERS } from './encoder.ts';
import { IDENTITIES } from './identity.ts';
import { INDEXING } from './indexing.ts';
import { LINEAR } from './linear.ts';
import { LOSSES } from './loss.ts';
import { MATRICES } from './matrix.ts';
import { NORMALIZATIONS } from './normalization.ts';
import type { AtenOperator } from './operator.ts';
import { ORDERS } from './order.ts';
import { POINTWISE } from './pointwise.ts';
import { POOLINGS } from './pooling.ts';
import { QUANTIZED } from './quantized.ts';
import { RECURRENTS } from './recurrent.ts';
import { REDUCTIONS } from './reduction.ts';
import { RESIZES } from './resize.ts';
import { SCATTERS } from './scatter.ts';
import { SYMBOLICS } from './symbolic.ts';
import { VIEWS } from './view.ts';
import { WINDOWS } from './window.ts';

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
  ...ENCODERS,
  ...NORMALIZATIONS,
  ...POOLINGS,
  ...RECURRENTS,
  ...RESIZES,
  ...SYMBOLICS,
  ...ARRANGEMENTS,
  ...DISTANCES,
  ...LOSSES,
  ...MATRICES,
  ...ORDERS,
  ...POINTWISE,
  ...QUANTIZED,
  ...SCATTERS,
  ...WINDOWS,
];

const BY_NAME: ReadonlyMap<string, AtenOperator> = new Map(ATEN_OPERATORS.map((row) => [row.name, row]));

/** The row of an operator: that of its overload where it has one of its own; functions of torch.special by their other name. */
export function atenOperator(name: string, overload: string): AtenOperator | undefined {
  const row = BY_NAME.get(`${name}.${overload}`) ?? BY_NAME.get(name);
  return row === undefined && name.startsWith('special_')
    ? atenOperator(name.slice('special_'.length), overload)
    : row;
}
