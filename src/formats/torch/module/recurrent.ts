import type { AtenValue } from '../aten/value.ts';
import type { LayerRow, ModuleLayer } from './layer.ts';
import type { ModuleView } from './view.ts';

/** Recurrent layers begin with states of zeros. */

function parametersOf(module: ModuleView, layers: number, directions: number): readonly string[] {
  const names: string[] = [];
  for (let layer = 0; layer < layers; layer += 1) {
    for (const suffix of ['', '_reverse'].slice(0, directions)) {
      names.push(`weight_ih_l${layer}${suffix}`, `weight_hh_l${layer}${suffix}`);
      if (module.flag('bias', true)) names.push(`bias_ih_l${layer}${suffix}`, `bias_hh_l${layer}${suffix}`);
    }
  }
  return names;
}

const recurrent = (opOf: (module: ModuleView) => string): ModuleLayer => ({
  emit(module, input, { g, call }) {
    if (module.number('proj_size', 0) > 0) throw module.wrong('proj_size', 'a projection', '0 is');
    const layers = module.number('num_layers', 1);
    if (!(layers <= 1000)) throw module.wrong('num_layers', String(layers), 'at most 1000 are');
    const isBidirectional = module.flag('bidirectional');
    const params: readonly AtenValue[] = parametersOf(module, layers, isBidirectional ? 2 : 1).map((name) =>
      module.tensor(name, g),
    );
    const [output, ...states] = asList(
      call(module, opOf(module), {
        input,
        params,
        has_biases: module.flag('bias', true),
        num_layers: layers,
        bidirectional: isBidirectional,
        batch_first: module.flag('batch_first'),
      }),
    );
    return [output ?? null, states.length === 1 ? (states[0] ?? null) : states];
  },
  input: (module) => {
    const size = module.number('input_size', 1);
    return {
      dtype: 'float32',
      shape: module.flag('batch_first') ? ['N', 'length', size] : ['length', 'N', size],
    };
  },
});

const asList = (value: AtenValue): readonly AtenValue[] => (Array.isArray(value) ? value : [value]);

export const RECURRENT_MODULES: readonly LayerRow[] = [
  ['LSTM', recurrent(() => 'lstm')],
  ['GRU', recurrent(() => 'gru')],
  [
    'RNN',
    recurrent((module) =>
      module.value('nonlinearity') === 'relu' || module.value('mode') === 'RNN_RELU'
        ? 'rnn_relu'
        : 'rnn_tanh',
    ),
  ],
];
