import process from 'node:process';
import { containerConfig } from '../../config/container.ts';
import { toError } from '../../core/error-text.ts';
import { isPlimsollError } from '../../core/errors.ts';
import { EXIT } from '../../core/exit-codes.ts';
import { rememberCompiledCode } from '../compile-cache.ts';
import { keepingHeapSmall } from '../heap.ts';
import { stderrLog } from '../log.ts';
import { scoreTables } from './batch.ts';
import { isFilled } from './bundles.ts';
import { type RunningContainer, serveContainer } from './serve.ts';

/**
 * Entry of a container: `batch …` scores a table and ends; otherwise what the environment says is served, statically, until
 * SIGTERM. Node as process 1 gets no signal that it has no handler for, so they are there before anything else.
 */
let running: RunningContainer | null = null;
let stopping = 0;

async function stop(gently: boolean): Promise<void> {
  // The second signal ends at once, as everything does that has not begun to serve.
  if (running === null || stopping++ > 0) process.exit(stopping > 1 ? EXIT.failed : EXIT.done);
  await (gently ? running.stop() : running.close());
  process.exit(EXIT.done);
}

const logger = stderrLog();

async function serve(args: readonly string[]): Promise<void> {
  process.on('SIGTERM', () => void stop(true));
  process.on('SIGINT', () => void stop(false));
  const config = containerConfig({ env: process.env, args, isFilled });
  running = await serveContainer(config, logger);
  keepingHeapSmall();
  const { url, versions } = running;
  const models = versions.map(({ model, version, loadMillis = 0 }) => ({
    ...{ model, version },
    loadMillis: Math.round(loadMillis),
  }));
  const millis = Math.round(performance.now());
  logger.info({ url, contract: config.contract.kind, models, millis }, 'ready');
  rememberCompiledCode();
}

const args = process.argv.slice(2);
try {
  // What scores tables has its own handlers: a run keeps what it has done.
  await (args[0] === 'batch' ? scoreTables(args) : serve(args));
} catch (error) {
  process.exitCode = isPlimsollError(error) ? error.exit : EXIT.failed;
  const said = isPlimsollError(error) ? error.toJSON() : toError(error).stack;
  logger.error({ error: said }, isPlimsollError(error) ? error.message : 'the container could not start');
}
