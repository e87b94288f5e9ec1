import type { Command } from 'commander';
import type { AccessMode } from '../../config/access.ts';
import { type ServeConfig, serveConfig } from '../../config/config.ts';
import { SETTINGS } from '../../config/settings.ts';
import { type Device, deviceText } from '../../core/devices.ts';
import { PlimsollError } from '../../core/errors.ts';
import { guarded } from '../../core/guarded.ts';
import { BUNDLES_VARIABLE } from '../../deploy/packaged.ts';
import { choicesOf } from '../../model/reading-choices.ts';
import { rememberCompiledCode } from '../../server/compile-cache.ts';
import { stderrLog } from '../../server/log.ts';
import { isBlank, nothingToServe } from '../../server/nothing-to-serve.ts';
import type { RegistrationProgress } from '../../server/registration.ts';
import type { RunningService, ServiceOptions } from '../../server/service.ts';
import type { DefineCommand } from '../command.ts';
import { desiredRollouts } from '../connection/desired-rollouts.ts';
import { type ModelFileOptions, withModelFileOptions } from '../model/file-options.ts';
import { trustedPythonDemands } from '../model/python/demands.ts';
import type { Terminal } from '../output/terminal.ts';
import { type ServeAccessOptions, serveAccessSettings, withServeAccessOptions } from './access-options.ts';
import { isOneModel, tellPartsBeside, tellVersions } from './parts.ts';
import { servedModelsDocument, startupMessage } from './startup-message.ts';

interface ServeOptions extends ModelFileOptions, ServeAccessOptions {
  readonly name?: string;
  readonly golden?: string;
  readonly reference?: string;
  readonly background?: string;
  readonly reasons?: string;
  readonly config?: string;
  readonly data: string;
  readonly port?: string;
  readonly host?: string;
  readonly workers?: string;
  readonly maxBody?: string;
  readonly store?: string;
  readonly watch?: string;
  readonly device?: string;
  readonly capture: boolean;
  readonly immediate?: boolean;
  readonly empty?: boolean;
  readonly bundles?: string;
}

export const serveCommand: DefineCommand = (command, terminal) => {
  withServeAccessOptions(withModelFileOptions(command))
    .description(
      [
        'Serves model files over HTTP: typed /predict, /docs, /metrics. A file is verified before it answers.',
        'Another file under a name that is served becomes its next version, which gets its traffic by a rollout.',
      ].join(' '),
    )
    .argument(
      '[files...]',
      'model files, saved or MLflow folders, NAME=FILE, folders of parts or of model files',
    )
    .option('--name <name>', 'name of a single file (default: its stem)')
    .option('--golden <file>', 'rows with expected outputs, of a single file')
    .option('--reference <file>', 'training rows of a single file, as the reference of its monitor')
    .option(
      '--background <file>',
      'rows that explanations of a single file are made against (default: a sample of --reference)',
    )
    .option('--reasons <file>', 'what explanations say of the columns of a single file')
    .option('--port <number>', 'port (default: 8080; 0 takes a free one)')
    .option('--host <address>', 'address to listen on (default: 127.0.0.1)')
    .option('--workers <number>', 'serving processes: auto (cores - 1) or a number')
    .option('--max-body <size>', 'largest request body (default: 32mb)')
    .option('--store <url>', 'database: sqlite:PATH or postgres://… (default: one in the data folder)')
    .option(
      '--device <name>',
      'what graphs run on in onnxruntime: cpu, cuda, cuda:1, webgpu, … (default: cpu)',
    )
    .option('--watch <folder>', 'folder whose new files become versions')
    .option('--empty', 'start without a model: `plimsoll push` and the control API add models later')
    .option('--no-capture', 'do not capture rows and answers; they are not monitored then')
    .option('--immediate', 'new versions replace old ones at once, without a rollout')
    .option(
      '--bundles <folder>',
      'serve NAME/VERSION bundles as they are: no store, no control API, nothing written',
    )
    .option('--config <file>', 'settings file (default: plimsoll.yaml or plimsoll.json, if present)')
    .addHelpText('after', HELP)
    .action(async (files: string[]) => {
      const options = command.optsWithGlobals<ServeOptions>();
      const bundles = options.bundles ?? process.env[BUNDLES_VARIABLE];
      if (bundles !== undefined && bundles !== '') {
        const { serveBundles } = await import('./bundles.ts');
        const { service, mode } = await serveBundles(bundles, flagsOf(options), beside(files, command));
        return answering(service, terminal, mode);
      }
      const python =
        trustedPythonDemands(options, { command: 'serve', model: files[0] ?? null }) ?? undefined;
      if (python !== undefined && files.length !== 1) throw oneByOne(files.length);
      const { name, config: file, immediate = false, empty } = options;
      const config = await serveConfig({
        flags: flagsOf(options),
        env: process.env,
        file,
        models: files,
        name,
        isModel: async (folder) =>
          python !== undefined || (await isOneModel(folder, options.member, terminal)),
      });
      tellProcesses(config);
      await refuseWithout(config.device);
      const service = await begin(config, terminal, {
        ...{ ...versionOptions(options), files: config.files, python, immediate },
        ...{ storeUrl: config.storeUrl, watch: config.watch, host: config.host, empty },
        rollouts: await desiredRollouts(config.endpoints),
        jobs: config.jobs,
        routers: config.routers,
        monitors: config.monitors,
        monitorShare: config.monitorShare,
      });
      await answering(service, terminal, config.access.mode, () => {
        tellVersions(config.files, terminal);
        return tellPartsBeside(config.files, options.member, terminal);
      });
    });
};

const HELP = [
  '',
  'Each setting can come from the environment (PLIMSOLL_PORT, PLIMSOLL_MAX_BODY, …) or the configuration file,',
  'which also says how new versions get their traffic: endpoints: {churn: {rollout: {strategy: canary, policy: {…}}}}.',
  '',
  'Examples:',
  '  $ plimsoll serve model.joblib',
  '  $ plimsoll serve model.joblib --reference train.parquet',
  '  $ plimsoll serve churn=models/churn.pkl price=models/price.joblib --port 9090',
  '  $ plimsoll keys create --name me --scope admin && plimsoll serve models/ --host 0.0.0.0 --workers 4',
  '  $ plimsoll serve model.pkl --runtime python --trust --code src/churn_features.py',
  '  $ plimsoll serve        (what was served before, with the rollouts that run)',
].join('\n');

/** What is said about the files that become versions. */
const versionOptions = ({
  golden,
  reference,
  background,
  reasons,
  runtime,
  maxModel,
  ...options
}: ServeOptions) => ({
  ...{ golden, reference, background, reasons, runtime, maxModel, ...choicesOf(options) },
});

/** What jobs and receivers may do, and what graphs run on, for every process of the server: they inherit its environment. */
function tellProcesses({ references, linkLocal, redirectHosts, device }: ServeConfig): void {
  process.env[SETTINGS.device.env] = deviceText(device);
  process.env[SETTINGS.references.env] = references.join(',');
  process.env[SETTINGS.linkLocal.env] = linkLocal ? 'on' : 'off';
  process.env[SETTINGS.redirectHosts.env] = redirectHosts.join(',');
}

/** Refuses to start for a device that is not there, before anything is loaded. Throws DEVICE_UNAVAILABLE, PART_MISSING. */
async function refuseWithout(device: Device): Promise<void> {
  if (device.name === 'cpu') return;
  const { checkDevice } = await import('../../engine/onnx/devices.ts');
  await checkDevice(device);
}

/** What is said of files to be registered, as it was written; a folder of bundles leaves no room for it. */
function beside(files: readonly string[], command: Command): readonly string[] {
  const known: ReadonlySet<string> = new Set(Object.keys(flagsOf(command.optsWithGlobals<ServeOptions>())));
  const given = command.options.filter((option) => {
    const key = option.attributeName();
    return !known.has(key) && key !== 'bundles' && command.getOptionValueSource(key) === 'cli';
  });
  return [...files, ...given.flatMap(({ long }) => long ?? [])];
}

/** Says what is served, and goes on until a signal. */
async function answering(
  { url, models, close, ended }: RunningService,
  terminal: Terminal,
  mode: AccessMode,
  afterwards: () => Promise<void> = async () => undefined,
): Promise<void> {
  stopOnSignal(close);
  terminal.answer(servedModelsDocument(url, models, mode), () => startupMessage(url, models, mode));
  rememberCompiledCode();
  void guarded(afterwards)();
  await ended;
}

/** Settings of the command line, as they were written. */
function flagsOf(options: ServeOptions): Readonly<Record<string, string | undefined>> {
  const { data, port, host, workers, maxBody, store, watch, device } = options;
  const capture = options.capture ? undefined : 'off';
  const settings = { data, port, host, workers, maxBody, store, watch, device, capture };
  return { ...settings, ...serveAccessSettings(options) };
}

/** Trust is a word about one model. */
function oneByOne(found: number): PlimsollError {
  const reason = `what is said about Python is said about one model, and ${found} are given: push the others one by one with \`plimsoll push FILE --trust\``;
  return new PlimsollError('USAGE', { reason, command: 'serve' });
}

/** In this process, or in several; what the other needs is not loaded. */
async function begin(
  config: ServeConfig,
  terminal: Terminal,
  control: ServiceOptions['control'],
): Promise<RunningService> {
  const { dataDir, host, port, maxBody, connections, metricsAliases, captures, workers, access, tls } =
    config;
  if (isBlank(control, dataDir)) throw nothingToServe(dataDir);
  const service = {
    dataDir,
    host,
    port,
    maxBody,
    connections,
    metricsAliases,
    captures,
    access,
    tls,
    control,
    logger: stderrLog(),
    onProgress: watching(terminal),
  };
  if (workers === 1) return (await import('../../server/serve-here.ts')).serveHere(service);
  const { serveInWorkers } = await import('../../server/workers/serve-in-workers.ts');
  return serveInWorkers({ ...service, workers });
}

/** Shows how far the files have come, one bar at a time. */
function watching(terminal: Terminal): (progress: RegistrationProgress) => void {
  let bar: { readonly file: string; readonly shown: ReturnType<Terminal['progress']> } | null = null;
  const end = (): void => {
    bar?.shown.done();
    bar = null;
  };
  return (progress) => {
    if (progress.kind === 'note') terminal.note(progress.text);
    else if (progress.kind === 'done') end();
    else {
      if (bar?.file !== progress.file) {
        end();
        bar = { file: progress.file, shown: terminal.progress(progress.file) };
      }
      bar.shown.update(progress.stage);
    }
  };
}

/** The launcher forwards a Ctrl-C that the terminal has already sent: the same signal twice at once is one. */
const SAME_SIGNAL_MS = 500;

/** The first SIGTERM or SIGINT finishes what is in flight, the second ends at once. */
function stopOnSignal(close: () => Promise<void>): void {
  let stopping = 0;
  const stop = async (): Promise<void> => {
    const now = performance.now();
    if (stopping > 0) {
      if (now - stopping > SAME_SIGNAL_MS) process.exit(1);
      return;
    }
    stopping = now;
    await close();
    process.exit(0);
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}
