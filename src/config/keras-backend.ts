import { PlimsollError } from '../core/errors.ts';
import { hasKey } from '../core/record.ts';

/** Distributions that bring the backends of Keras 3; numpy is there in any case. */
export const KERAS_BACKENDS = {
  tensorflow: 'tensorflow',
  jax: 'jax',
  torch: 'torch',
  openvino: 'openvino',
  numpy: 'numpy',
} as const;

export type KerasBackend = keyof typeof KERAS_BACKENDS;

const VARIABLE = 'KERAS_BACKEND';

/** The backend that the environment asks for, as Keras itself does, or null. Throws CONFIG_INVALID where it is none. */
export function kerasBackend(env: Readonly<Record<string, string | undefined>>): KerasBackend | null {
  const text = env[VARIABLE] ?? '';
  if (text === '') return null;
  if (hasKey(KERAS_BACKENDS, text)) return text;
  const problem = `${VARIABLE} is "${text}", wanted one of ${Object.keys(KERAS_BACKENDS).join(', ')}`;
  throw new PlimsollError('CONFIG_INVALID', { problems: problem, list: [problem] });
}
