import { join } from 'node:path';

export const ROOT = join(import.meta.dirname, '../..');
export const WORK = join(ROOT, '.cache/bench');
const HERE = import.meta.dirname;

export const MODELS = ['forest', 'logistic'] as const;
export type ModelName = (typeof MODELS)[number];

/** One server under test. Every peer takes `{"rows":[[…]]}` and answers `predictions` and `probabilities`. */
export interface Peer {
  readonly name: string;
  /** Whether its answers are the model's: they are then checked before and after. */
  readonly answers: boolean;
  readonly command: (model: ModelName, port: number) => readonly string[];
  readonly env: (model: ModelName) => Readonly<Record<string, string>>;
}

const node =
  (script: string): Peer['command'] =>
  (model, port) => [process.execPath, join(HERE, 'peers', script), join(WORK, `${model}.onnx`), String(port)];

const uvicorn =
  (app: string): Peer['command'] =>
  (_model, port) => [
    join(WORK, 'venv/bin/python'),
    ...['-m', 'uvicorn', `${app}:app`, '--app-dir', join(HERE, 'peers'), '--port', String(port)],
    ...['--loop', 'uvloop', '--http', 'httptools', '--no-access-log', '--log-level', 'warning'],
  ];

const python = (extension: string) => (model: ModelName) => ({
  MODEL: join(WORK, `${model}.${extension}`),
  OMP_NUM_THREADS: '1',
});

/** Data directory of this server: a digest accepted once stays accepted. */
export const DATA = join(WORK, 'data');

export const plimsollCommand = (model: ModelName, port: number, data = DATA): readonly string[] => [
  process.execPath,
  ...[join(ROOT, 'bin/plimsoll.js'), 'serve', join(WORK, `${model}.joblib`)],
  ...['--port', String(port), '--data', data, '--workers', '1', '--quiet'],
];

const nothing = () => ({});

export const PLIMSOLL: Peer = {
  name: 'plimsoll',
  answers: true,
  command: (model, port) => plimsollCommand(model, port),
  env: nothing,
};
export const FLOOR_SCRIPT = join(HERE, 'peers/floor.mjs');

export const FLOOR: Peer = {
  name: 'floor',
  answers: true,
  command: node('floor.mjs'),
  env: nothing,
};
const BARE: Peer = { name: 'bare', answers: false, command: node('bare.mjs'), env: nothing };

export const PEERS: readonly Peer[] = [
  PLIMSOLL,
  FLOOR,
  { name: 'fastapi+joblib', answers: true, command: uvicorn('fastapi_joblib'), env: python('joblib') },
  { name: 'fastapi+onnx', answers: true, command: uvicorn('fastapi_onnx'), env: python('onnx') },
  BARE,
];
