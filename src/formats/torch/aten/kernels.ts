import { modelUnsupported } from '../../../model/way-past.ts';
import type { AtenTensor } from './value.ts';

/**
 * Operators that onnxruntime computes in float32 and has no kernels of for float64. Rounding to float32 on the way would
 * answer other numbers than torch does.
 *
 * @see https://github.com/microsoft/onnxruntime/blob/main/docs/OperatorKernels.md
 */
const WITHOUT_FLOAT64 = new Set([
  ...['Conv', 'ConvTranspose', 'AveragePool', 'GlobalAveragePool', 'GlobalMaxPool', 'LpPool', 'Resize'],
  ...['InstanceNormalization', 'LSTM', 'GRU', 'RNN', 'Det'],
  ...[
    'LeakyRelu',
    'PRelu',
    'Elu',
    'Selu',
    'Celu',
    'Gelu',
    'Mish',
    'HardSigmoid',
    'HardSwish',
    'Softplus',
    'Softsign',
  ],
  ...['ThresholdedRelu', 'Erf', 'Tan', 'Asin', 'Acos', 'Atan', 'Sinh', 'Cosh', 'Asinh', 'Acosh', 'Atanh'],
]);

/** Throws MODEL_UNSUPPORTED for an operator whose graph no session would load. */
export function requireKernel(op: string, [first]: readonly (AtenTensor | null)[]): void {
  if (first?.dtype !== 'float64' || !WITHOUT_FLOAT64.has(op)) return;
  throw modelUnsupported({
    path: 'the model',
    class: op,
    offset: 0,
    field: 'its type',
    found: 'float64',
    wanted: 'networks of float32 (`model.float()` before they are saved) are',
  });
}
