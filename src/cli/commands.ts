import type { CommandTable } from './command.ts';

/** Every command there is. */
export const COMMANDS: CommandTable = {
  serve: {
    summary: 'serve model files over HTTP',
    load: async () => (await import('./serve/serve.ts')).serveCommand,
  },
  predict: {
    summary: 'score the rows of a file',
    load: async () => (await import('./model/predict.ts')).predictCommand,
  },
  explain: {
    summary: 'say what each column adds to each answer',
    ignores: ['data'],
    load: async () => (await import('./model/explain.ts')).explainCommand,
  },
  counterfactual: {
    summary: 'find the nearest change that makes a model answer otherwise',
    ignores: ['data'],
    load: async () => (await import('./model/counterfactual.ts')).counterfactualCommand,
  },
  importance: {
    summary: 'say which columns move the answers most',
    ignores: ['data'],
    load: async () => (await import('./model/importance.ts')).importanceCommand,
  },
  batch: {
    summary: 'score whole tables, every row once',
    load: async () => (await import('./batch/commands.ts')).batchCommand,
  },
  inspect: {
    summary: 'describe a model file without running it',
    ignores: ['data'],
    load: async () => (await import('./model/inspect.ts')).inspectCommand,
  },
  verify: {
    summary: 'check a model against expected outputs and a second engine',
    load: async () => (await import('./model/verify.ts')).verifyCommand,
  },
  bench: {
    summary: 'measure what a model takes, and what limits it',
    load: async () => (await import('./bench/bench.ts')).benchCommand,
  },
  compile: {
    summary: 'compile a model file to ONNX',
    ignores: ['data'],
    load: async () => (await import('./model/compile.ts')).compileCommand,
  },
  push: {
    summary: 'verify a model file and register it as a new version',
    load: async () => (await import('./model/push.ts')).pushCommand,
  },
  models: {
    summary: 'list models and their versions',
    ignores: ['quiet'],
    load: async () => (await import('./model/models.ts')).modelsCommand,
  },
  endpoints: {
    summary: 'list endpoints and the versions that answer',
    ignores: ['quiet'],
    load: async () => (await import('./endpoint/endpoints.ts')).endpointsCommand,
  },
  status: {
    summary: 'show the state of endpoints and rollouts',
    ignores: ['quiet'],
    load: async () => (await import('./endpoint/status.ts')).statusCommand,
  },
  rollout: {
    summary: 'move an endpoint to a new version by evidence',
    load: async () => (await import('./rollout/commands.ts')).rolloutCommand,
  },
  logs: {
    summary: 'show the output of the Python code of a version',
    ignores: ['quiet'],
    load: async () => (await import('./endpoint/logs.ts')).logsCommand,
  },
  rollback: {
    summary: 'return all traffic to the previous version at once',
    ignores: ['quiet'],
    load: async () => (await import('./rollout/rollback.ts')).rollbackCommand,
  },
  feedback: {
    summary: 'import labels and business metrics',
    load: async () => (await import('./feedback/feedback.ts')).feedbackCommand,
  },
  monitor: {
    summary: 'watch drift, data quality, accuracy and latency',
    load: async () => (await import('./monitor/commands.ts')).monitorCommand,
  },
  alerts: {
    summary: 'list alerts, acknowledge them, test receivers',
    ignores: ['quiet'],
    load: async () => (await import('./monitor/alerts.ts')).alertsCommand,
  },
  requests: {
    summary: 'read the prediction log, and send its requests again',
    load: async () => (await import('./requests/commands.ts')).requestsCommand,
  },
  apply: {
    summary: 'bring endpoints to the state that a file describes',
    ignores: ['quiet'],
    load: async () => (await import('./endpoint/apply.ts')).applyCommand,
  },
  keys: {
    summary: 'create, rotate and revoke API keys',
    load: async () => (await import('./admin/keys.ts')).keysCommand,
  },
  audit: {
    summary: 'show the audit log, and verify that it is unaltered',
    ignores: ['quiet'],
    load: async () => (await import('./admin/audit.ts')).auditCommand,
  },
  gc: {
    summary: 'remove bundles that no version needs',
    ignores: ['quiet'],
    load: async () => (await import('./admin/gc.ts')).gcCommand,
  },
  deploy: {
    summary: 'deploy a version to Kubernetes, SageMaker or Vertex',
    load: async () => (await import('./deploy/commands.ts')).deployCommand,
  },
  package: {
    summary: 'write the files to run a model somewhere else',
    load: async () => (await import('./package/commands.ts')).packageCommand,
  },
  doctor: {
    summary: 'check this machine, or how a model file can run',
    load: async () => (await import('./doctor/doctor.ts')).doctorCommand,
  },
  advise: {
    summary: 'recommend how to serve a model, with its costs',
    load: async () => (await import('./advise/advise.ts')).adviseCommand,
  },
  completion: {
    summary: 'print a completion script for bash, zsh or fish',
    ignores: ['data', 'quiet'],
    needsAll: true,
    load: async () => (await import('./completion/completion.ts')).completionCommand,
  },
};
