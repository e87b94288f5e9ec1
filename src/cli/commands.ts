import type { Command } from 'commander';
import type { Terminal } from './output/terminal.ts';

/** Gives a bare `Command` its arguments, options, help and action. */
export type Define = (command: Command, terminal: Terminal) => void;

interface Entry {
  readonly summary: string;
  /** Loads this command and nothing else. */
  readonly load: () => Promise<Define>;
}

/** Commands by their names, in the order of `--help`. */
export type Commands = Readonly<Record<string, Entry>>;

/** Every command there is. */
export const COMMANDS: Commands = {
  serve: {
    summary: 'serve model files over HTTP',
    load: async () => (await import('./serve/serve.ts')).serve,
  },
  predict: {
    summary: 'score the rows of a file',
    load: async () => (await import('./model/predict.ts')).predict,
  },
  batch: {
    summary: 'score whole tables, every row once',
    load: async () => (await import('./batch/commands.ts')).batch,
  },
  inspect: {
    summary: 'say what is in a model file, without running it',
    load: async () => (await import('./model/inspect.ts')).inspect,
  },
  verify: {
    summary: 'check a model against expected outputs and a second engine',
    load: async () => (await import('./model/verify.ts')).verify,
  },
  compile: {
    summary: 'turn a model file into ONNX',
    load: async () => (await import('./model/compile.ts')).compile,
  },
  push: {
    summary: 'prove a model file and register it as a new version',
    load: async () => (await import('./model/push.ts')).push,
  },
  models: {
    summary: 'list models and their versions',
    load: async () => (await import('./model/models.ts')).models,
  },
  endpoints: {
    summary: 'list endpoints and what they answer with',
    load: async () => (await import('./endpoint/endpoints.ts')).endpoints,
  },
  status: {
    summary: 'show how a rollout stands',
    load: async () => (await import('./endpoint/status.ts')).status,
  },
  rollout: {
    summary: 'move an endpoint to a new version by evidence',
    load: async () => (await import('./rollout/commands.ts')).rollout,
  },
  logs: {
    summary: 'show what the Python code of a version writes',
    load: async () => (await import('./endpoint/logs.ts')).logs,
  },
  rollback: {
    summary: 'put everybody on the version before, at once',
    load: async () => (await import('./rollout/rollback.ts')).rollback,
  },
  feedback: {
    summary: 'bring in labels and business values',
    load: async () => (await import('./feedback/feedback.ts')).feedback,
  },
  monitor: {
    summary: 'watch drift, data quality, accuracy and latency',
    load: async () => (await import('./monitor/commands.ts')).monitor,
  },
  alerts: {
    summary: 'show what is wrong, and say who looks after it',
    load: async () => (await import('./monitor/alerts.ts')).alerts,
  },
  requests: {
    summary: 'read what was asked and answered, and send it again',
    load: async () => (await import('./requests/commands.ts')).requests,
  },
  apply: {
    summary: 'make endpoints what a file says they should be',
    load: async () => (await import('./endpoint/apply.ts')).apply,
  },
  keys: {
    summary: 'make and end the keys that let callers in',
    load: async () => (await import('./admin/keys.ts')).keys,
  },
  audit: {
    summary: 'show who did what and why, and check that nothing was altered',
    load: async () => (await import('./admin/audit.ts')).audit,
  },
  gc: {
    summary: 'remove bundles that no version needs',
    load: async () => (await import('./admin/gc.ts')).gc,
  },
  deploy: {
    summary: 'bring a version to Kubernetes, SageMaker or Vertex',
    load: async () => (await import('./deploy/commands.ts')).deployKinds,
  },
  package: {
    summary: 'write what it takes to run a model somewhere else',
    load: async () => (await import('./package/commands.ts')).packageKinds,
  },
  doctor: {
    summary: 'check this machine, or say how a model file can run',
    load: async () => (await import('./doctor/doctor.ts')).doctor,
  },
};
