import type { CountSketchStep, SignedHash } from '../../model/count-sketch.ts';
import type { Matrix } from '../../model/tensor.ts';
import { type Family, family } from './family.ts';
import type { EstimatorView } from './view.ts';

/** Products that one row takes: of every component with every slot that is counted in, hash by hash. */
const MAX_PRODUCTS = 2 ** 24;

/** PolynomialCountSketch: (γ x·y + coef0)^degree as a product of sketches. */
function readPolynomialCountSketch(view: EstimatorView): CountSketchStep {
  const slots = view.matrix('indexHash_');
  const signs = view.matrix('bitHash_', slots.cols);
  const coef0 = view.number('coef0', 0);
  const components = view.count('n_components', 100);
  const columns = slots.cols - (coef0 === 0 ? 0 : 1);
  if (signs.rows !== slots.rows) throw view.invalid('bitHash_', `${signs.rows} rows`, `${slots.rows} rows`);
  if (slots.rows === 0 || columns < 1)
    throw view.invalid('indexHash_', `${slots.rows}×${slots.cols}`, 'a hash of one column or more');
  if (!slots.data.every((slot) => Number.isInteger(slot) && slot >= 0 && slot < components))
    throw view.invalid('indexHash_', 'a slot out of range', `integers below ${components}`);
  const products = slots.rows * Math.min(slots.cols, components) * components;
  if (products > MAX_PRODUCTS)
    throw view.unsupported('n_components', `${products} products a row`, `up to ${MAX_PRODUCTS} are`);
  return {
    kind: 'count-sketch',
    ...view.base(columns),
    factor: Math.sqrt(view.number('gamma', 1)),
    constant: coef0 === 0 ? null : Math.sqrt(coef0),
    components,
    hashes: Array.from(
      { length: slots.rows },
      (_, row): SignedHash => ({
        slots: Int32Array.from(rowOf(slots, row)),
        signs: rowOf(signs, row),
      }),
    ),
  };
}

const rowOf = ({ cols, data }: Matrix, row: number): Float64Array =>
  data.subarray(row * cols, (row + 1) * cols);

export const COUNT_SKETCH_FAMILIES: readonly Family[] = [
  family('kernel_approximation', readPolynomialCountSketch, 'PolynomialCountSketch'),
];
