import type { Command } from 'commander';
import type { Terminal } from './terminal.ts';

/** Gives a bare `Command` its arguments, options, help and action. */
export type Define = (command: Command, terminal: Terminal) => void;

interface Entry {
  readonly summary: string;
  /** Loads this command and nothing else. */
  readonly load: () => Promise<Define>;
}

/** Every command, in the order of `--help`. */
export const COMMANDS: Readonly<Record<string, Entry>> = {
  serve: {
    summary: 'serve model files over HTTP',
    load: async () => (await import('./serve.ts')).serve,
  },
  predict: {
    summary: 'score the rows of a file',
    load: async () => (await import('./predict.ts')).predict,
  },
  inspect: {
    summary: 'say what is in a model file, without running it',
    load: async () => (await import('./inspect.ts')).inspect,
  },
  verify: {
    summary: 'check a model against expected outputs and a second engine',
    load: async () => (await import('./verify.ts')).verify,
  },
  compile: {
    summary: 'turn a model file into ONNX',
    load: async () => (await import('./compile.ts')).compile,
  },
  rollout: {
    summary: 'decide about a new version by evidence',
    load: async () => (await import('./rollout.ts')).rollout,
  },
  doctor: {
    summary: 'check this machine',
    load: async () => (await import('./doctor.ts')).doctor,
  },
};
