import type { FileAttack } from './attack.ts';
import { KERAS_ATTACKS } from './keras-attacks.ts';
import { ONNX_ATTACKS } from './onnx-attacks.ts';
import { TENSORFLOW_ATTACKS } from './tensorflow-attacks.ts';
import { TORCH_ATTACKS } from './torch-attacks.ts';
import { ZIP_ATTACKS } from './zip-attacks.ts';

/** Every attack by files of networks; `docs/attacks.md` lists them, and `attacks.test.ts` holds their outcomes. */
export const ATTACKS: readonly FileAttack[] = [
  ...TORCH_ATTACKS,
  ...KERAS_ATTACKS,
  ...TENSORFLOW_ATTACKS,
  ...ONNX_ATTACKS,
  ...ZIP_ATTACKS,
];
