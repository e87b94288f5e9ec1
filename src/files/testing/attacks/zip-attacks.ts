import { zipOf } from '../../../formats/zip/testing/zips.ts';
import { type FileAttack, filesOfArchive, put } from './attack.ts';

const ARCHIVES = {
  'torch.export': { fixture: 'torch/2.15.0/mlp.pt2', name: 'model.pt2' },
  'torch.save': { fixture: 'torch/2.15.0/module-mlp.pt', name: 'model.pt' },
  TorchScript: { fixture: 'torch/2.15.0/script-mlp-traced.pt', name: 'script.pt' },
  Keras: { fixture: 'keras/keras-3.15.1/mlp.keras', name: 'model.keras' },
} as const;

const ZEROS = 300 * 2 ** 20;
let zeros: Uint8Array | null = null;

/** Tricks of the container, the same for every format that is a zip archive. */
export const ZIP_ATTACKS: readonly FileAttack[] = Object.entries(ARCHIVES).flatMap(
  ([format, { fixture, name }]) => {
    const members = () => filesOfArchive(fixture);
    const attack = (what: string, outcome: string, make: () => Uint8Array): FileAttack => ({
      ...{ format, attack: what, outcome },
      make: (folder) => put(folder, name, make()),
    });
    return [
      attack('has one file twice', 'READ_UNSAFE', () => {
        const all = members();
        return zipOf([...all, ...all.slice(0, 1)]);
      }),
      attack('has files that overlap', 'READ_CORRUPT', () => {
        const [first, second, ...others] = members();
        if (first === undefined || second === undefined) throw new Error(`${fixture} has no two files`);
        return zipOf([first, { ...second, central: { offset: 0 } }, ...others]);
      }),
      attack('has headers that differ', 'READ_CORRUPT', () => {
        const [first, ...others] = members();
        if (first === undefined) throw new Error(`${fixture} has no file`);
        return zipOf([{ ...first, local: { size: 7 } }, ...others]);
      }),
      attack('has a file that unpacks to 300 MB', 'READ_LIMIT', () => {
        zeros ??= new Uint8Array(ZEROS);
        const [bomb] = members().filter(({ name: member }) => /weight_0$|data\/0$|weights\.h5$/.test(member));
        const others = members().filter(({ name: member }) => member !== bomb?.name);
        return zipOf([{ name: bomb?.name ?? 'data', content: zeros, deflated: true }, ...others]);
      }),
      attack('has a path out of the archive', 'READ_UNSAFE', () =>
        zipOf([...members(), { name: '../../canary', content: 'written' }]),
      ),
    ];
  },
);
