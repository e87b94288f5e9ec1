import type { LayerRow, ModuleInput, ModuleLayer } from './layer.ts';
import type { ModuleView } from './view.ts';

/** Convolutions, with the padding that they do themselves. */

const OPTIONS = ['stride', 'padding', 'dilation', 'groups'];
const MODES = new Map([
  ['reflect', 'reflect'],
  ['replicate', 'replicate'],
  ['circular', 'circular'],
]);

const inputOf =
  (count: number) =>
  (module: ModuleView): ModuleInput => ({
    dtype: 'float32',
    shape: ['N', module.number('in_channels', 1), ...['depth', 'height', 'width'].slice(3 - count)],
  });

const convolution = (count: number): ModuleLayer => ({
  input: inputOf(count),
  emit(module, given, { g, call }) {
    const options = Object.fromEntries(OPTIONS.map((name) => [name, module.value(name)]));
    const mode = module.value('padding_mode') ?? 'zeros';
    const weights = { weight: module.tensor('weight', g), bias: module.tensor('bias', g) };
    if (mode === 'zeros') return call(module, `conv${count}d`, { input: given, ...weights, ...options });
    const known = typeof mode === 'string' ? MODES.get(mode) : undefined;
    if (known === undefined)
      throw module.wrong('padding_mode', JSON.stringify(mode), 'zeros, reflect, replicate, circular are');
    const pad = module.value('_reversed_padding_repeated_twice');
    const input = call(module, 'pad', { self: given, pad, mode: known });
    return call(module, `conv${count}d`, { input, ...weights, ...options, padding: 0 });
  },
});

const transposedConvolution = (count: number): ModuleLayer => ({
  input: inputOf(count),
  emit: (module, input, { g, call }) =>
    call(module, `conv_transpose${count}d`, {
      input,
      weight: module.tensor('weight', g),
      bias: module.tensor('bias', g),
      output_padding: module.value('output_padding'),
      ...Object.fromEntries(OPTIONS.map((name) => [name, module.value(name)])),
    }),
});

export const CONVOLUTION_MODULES: readonly LayerRow[] = [1, 2, 3].flatMap((count): LayerRow[] => [
  [`Conv${count}d`, convolution(count)],
  [`ConvTranspose${count}d`, transposedConvolution(count)],
]);
