import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { engineContract } from '../testing/contract.ts';
import { CONTRACT_MODELS } from '../testing/contract-models.ts';
import { createPythonEngine } from './engine.ts';
import { loadOf, PYTHON } from './testing/misbehaving.ts';

const CLASSES: Readonly<Record<string, string>> = {
  'a forest': 'Forest',
  'a scaled linear classifier': 'Linear',
  'encoded strings beside numbers': 'Mixed',
};

/** A pickle of an object without state: all of the model is its class, in a module beside it. */
function loadOfClass(name: string): ReturnType<typeof loadOf> {
  const load = loadOf();
  const folder = join(load.root, 'original');
  mkdirSync(folder, { recursive: true });
  const model = join(folder, 'model.pkl');
  writeFileSync(model, `\x80\x02ccontract_models\n${name}\n)\x81.`, 'latin1');
  const packages = join(load.root, 'packages');
  const scratch = join(load.root, 'scratch');
  for (const each of [packages, scratch]) mkdirSync(each);
  writeFileSync(join(folder, 'contract_models.py'), source);
  return { ...load, model, packages, scratch, format: 'pickle', code: [folder], call: { container: 'list' } };
}

const source = readFileSync(fileURLToPath(new URL('./fixtures/contract_models.py', import.meta.url)));
const reason = 'the code of a model refuses by itself, and does not say which cell it was';

engineContract({
  name: 'the python engine',
  create: ({ root, signature }) => {
    const { name } = CONTRACT_MODELS.find(({ content }) => content.root === root)!;
    return createPythonEngine({
      ...{
        name,
        interpreter: PYTHON,
        load: loadOfClass(CLASSES[name]!),
        batches: true,
        workers: 1,
        signature,
      },
      ...{ callMillis: 10_000, startMillis: 20_000, maxRows: 1024 },
    });
  },
  skip: {
    'a forest: a missing value': reason,
    'a scaled linear classifier: a missing value': reason,
    'encoded strings beside numbers: an unknown category': reason,
  },
});
