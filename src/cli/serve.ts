import { basename } from 'node:path';
import { type ServeConfig, serveConfig } from '../config/config.ts';
import type { NamedFile } from '../config/models.ts';
import { isPlimsollError, type PlimsollError } from '../core/errors.ts';
import type { AdmitOptions } from '../registry/admit.ts';
import type { AcceptedVersion } from '../registry/version.ts';
import type { Define } from './commands.ts';
import { dataRuntime, type FileOptions, withFileOptions } from './file-options.ts';
import type { Terminal } from './terminal.ts';

interface ServeOptions extends FileOptions {
  readonly name?: string;
  readonly golden?: string;
  readonly config?: string;
  readonly data: string;
  readonly port?: string;
  readonly host?: string;
  readonly workers?: string;
  readonly maxBody?: string;
}

export const serve: Define = (command, terminal) => {
  withFileOptions(command)
    .description(
      'Serves model files over HTTP: typed /predict, /docs, /metrics. A file is proved before it answers.',
    )
    .argument('[files...]', 'model files, NAME=FILE, or folders of model files')
    .option('--name <name>', 'name of a single file (default: its stem)')
    .option('--golden <file>', 'expected outputs that a single file must give first')
    .option('--port <number>', 'port (default: 8080; 0 takes a free one)')
    .option('--host <address>', 'address to listen on (default: 127.0.0.1)')
    .option('--workers <number>', 'serving processes: auto (cores - 1) or a number')
    .option('--max-body <size>', 'largest request body (default: 32mb)')
    .option('--config <file>', 'settings (default: plimsoll.yaml or plimsoll.json where there is one)')
    .addHelpText(
      'after',
      [
        '',
        'Each setting can come from the environment (PLIMSOLL_PORT, PLIMSOLL_MAX_BODY, …) or the configuration file.',
        '',
        'Examples:',
        '  $ plimsoll serve model.joblib',
        '  $ plimsoll serve churn=models/churn.pkl price=models/price.joblib --port 9090',
        '  $ plimsoll serve models/ --host 0.0.0.0 --workers 4',
      ].join('\n'),
    )
    .action(async (files: string[]) => {
      const options = command.optsWithGlobals<ServeOptions>();
      const runtime = dataRuntime(options);
      const { name, config: file } = options;
      const { data, port, host, workers, maxBody } = options;
      const config = await serveConfig({
        flags: { data, port, host, workers, maxBody },
        env: process.env,
        file,
        models: files,
        name,
      });
      const acceptance = {
        dataDir: config.dataDir,
        runtime,
        golden: options.golden,
        maxModel: options.maxModel,
      };
      const begin = config.workers === 1 ? serveHere : serveInWorkers;
      const { url, versions, close, ended } = await begin(config, acceptance, terminal);
      stopOnSignal(close);
      const { greeting, listing } = await import('./greeting.ts');
      terminal.answer(listing(url, versions), () => greeting(url, versions));
      const { rememberCompiledCode } = await import('../server/compile-cache.ts');
      rememberCompiledCode();
      await ended;
    });
};

interface Serving {
  readonly url: string;
  readonly versions: readonly AcceptedVersion[];
  close(): Promise<void>;
  /** Rejects where serving ends by itself. */
  readonly ended?: Promise<void>;
}

type Acceptance = Omit<AdmitOptions, 'name' | 'onProgress'>;

/** Serves in this very process. */
async function serveHere(config: ServeConfig, acceptance: Acceptance, terminal: Terminal): Promise<Serving> {
  const { acceptFile } = await import('../registry/accept.ts');
  const versions = await acceptAll(
    config.files,
    (path, more) => acceptFile(path, { ...acceptance, ...more }),
    terminal,
  );
  const { startServer } = await import('../server/start.ts');
  const { stderrLog } = await import('../server/log.ts');
  const { host, port, maxBody } = config;
  const server = await startServer({ versions, host, port, maxBody, logger: stderrLog() });
  return { url: server.url, versions, close: () => server.close() };
}

/** Serves in processes of their own; this one reads no model and answers no request. */
async function serveInWorkers(
  config: ServeConfig,
  acceptance: Acceptance,
  terminal: Terminal,
): Promise<Serving> {
  const { admitFile } = await import('../registry/admit.ts');
  const versions = await acceptAll(
    config.files,
    (path, more) => admitFile(path, { ...acceptance, ...more }),
    terminal,
  );
  const { startWorkers } = await import('../server/workers/workers.ts');
  const { stderrLog } = await import('../server/log.ts');
  const { host, port, maxBody, workers } = config;
  const bundles = versions.map(({ bundle, model, version }) => ({ bundle, model, version }));
  const server = await startWorkers({ workers, bundles, host, port, maxBody, logger: stderrLog() });
  return { url: server.url, versions, close: () => server.close(), ended: server.ended };
}

/** Accepts each file in turn. A file out of a folder that cannot be served is reported and left out. */
async function acceptAll<V extends AcceptedVersion>(
  files: readonly NamedFile[],
  accept: (path: string, options: Pick<AdmitOptions, 'name' | 'onProgress'>) => Promise<V>,
  terminal: Terminal,
): Promise<V[]> {
  const versions: V[] = [];
  let refusal: PlimsollError | undefined;
  for (const { name, path, found } of files) {
    const progress = terminal.progress(basename(path));
    try {
      const onProgress = (stage: string): void => progress.update(stage);
      versions.push(await accept(path, { name, onProgress }));
    } catch (error) {
      if (!found || !isPlimsollError(error)) {
        // The error says what is wrong inside a file; of several it has to be said which.
        if (files.length > 1) terminal.note(`Cannot serve ${path}:`);
        throw error;
      }
      refusal = error;
      progress.done();
      terminal.note(`Left out ${path}: ${error.message}`);
    } finally {
      progress.done();
    }
  }
  if (versions.length === 0 && refusal) throw refusal;
  return versions;
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
