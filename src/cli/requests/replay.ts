import { PlimsollError } from '../../core/errors.ts';
import { isRecord } from '../../core/record.ts';
import { readResponse, sendRequest } from '../../http/client.ts';
import type { Signature } from '../../model/signature.ts';
import type { PredictFunction, RequestReplayReport } from '../../monitor/log/replay-requests.ts';
import { countText } from '../../text/count.ts';
import type { DefineCommand } from '../command.ts';
import { credentialOf } from '../connection/credential.ts';
import { formatTable } from '../output/table.ts';
import { loggedModel } from './golden.ts';
import {
  bundleFolder,
  type LogRangeOptions,
  parseLogRange,
  parsePositiveInteger,
  versionSegments,
  withPredictionLog,
  withRangeOptions,
} from './log.ts';

interface ReplayOptions extends LogRangeOptions {
  readonly to: string;
  readonly until?: string;
  readonly speed: string;
  readonly limit: string;
  readonly concurrency: string;
}

const COMMAND = 'requests replay';

/** `requests replay`: recorded traffic as a load test, or through another version. */
export const requestsReplayCommand: DefineCommand = (command, terminal) => {
  withRangeOptions(
    command
      .description(
        'Sends recorded requests again, to a server or through another version, and compares the answers.',
      )
      .argument('<endpoint>', 'name of the endpoint')
      .requiredOption('--to <target>', 'URL of a server, or MODEL@VERSION of this data'),
    '--until',
  )
    .option('--speed <times>', 'speed-up factor; 0 sends without pauses', '1')
    .option('--limit <requests>', 'maximum number of requests', '10000')
    .option('--concurrency <requests>', 'maximum number of concurrent requests', '16')
    .addHelpText('after', HELP)
    .action(async (endpoint: string) => {
      const options = command.optsWithGlobals<ReplayOptions>();
      const progress = terminal.progress(endpoint);
      const report = await replayed(endpoint, options, (requests) =>
        progress.update(`${countText(requests, 'request')} sent`),
      ).finally(() => progress.done());
      terminal.answer({ endpoint, to: options.to, ...report }, () => reportText(report, options.to));
    });
};

async function replayed(
  endpoint: string,
  options: ReplayOptions,
  onProgress: (requests: number) => void,
): Promise<RequestReplayReport> {
  const { replayRequests } = await import('../../monitor/log/replay-requests.ts');
  const { pastRequests } = await import('../../monitor/log/past-requests.ts');
  const { withMemoryDuckDB } = await import('../../monitor/log/find-request.ts');
  const { readManifest } = await import('../../registry/bundle.ts');
  const speed = Number(options.speed);
  if (options.speed.trim() === '' || !(speed >= 0 && speed < Number.POSITIVE_INFINITY))
    throw usage(`--speed is "${options.speed}", expected a number of at least 0`);
  const limit = parsePositiveInteger('--limit', options.limit, COMMAND);
  const concurrency = parsePositiveInteger('--concurrency', options.concurrency, COMMAND);
  const { data, to, until, ...rest } = options;
  const range = await parseLogRange(endpoint, { ...rest, to: until }, COMMAND);
  return withPredictionLog({ data }, async (log) => {
    const { version, newest, segments } = await versionSegments(log, range);
    const model = await loggedModel(newest.file);
    const manifest = readManifest(await bundleFolder(data, model, version));
    if (manifest === null) throw new PlimsollError('BUNDLE_GONE', { model, version, digest: model });
    const { signature } = manifest;
    const target = await targetOf(data, to, endpoint, signature);
    const settings = { endpoint, signature, ask: target.ask, speed, limit, concurrency, onProgress };
    try {
      return await withMemoryDuckDB((db) =>
        replayRequests(pastRequests(db, segments, { ...range, version }), settings),
      );
    } finally {
      await target.close();
    }
  });
}

interface Target {
  readonly ask: PredictFunction;
  close(): Promise<void>;
}

async function targetOf(data: string, to: string, endpoint: string, signature: Signature): Promise<Target> {
  if (/^https?:\/\//.test(to) && URL.canParse(to)) return serverAt(to, endpoint, signature);
  const [, model, version] = /^([^@]+)@(\d+)$/.exec(to) ?? [];
  if (model === undefined) throw usage(`--to is "${to}", expected a URL, or a version such as churn@4`);
  const { loadBundle } = await import('../../registry/load.ts');
  const { decodeInput } = await import('../../serving/rows/decode.ts');
  const { outputsToJson } = await import('../../serving/rows/outputs-to-json.ts');
  const { manifest, engine } = await loadBundle(
    await bundleFolder(data, model, Number(version)),
    model,
    Number(version),
  );
  return {
    ask: async (body) =>
      outputsToJson(await engine.infer(decodeInput(body, manifest.signature)), manifest.signature),
    close: async () => engine.close(),
  };
}

/** Time after which a server that does not answer has failed, in milliseconds. */
const PATIENCE = 30_000;
const MAX_ANSWER_BYTES = 2 ** 28;

/** A server of this program: its plain door names the main output and the probabilities. */
function serverAt(to: string, endpoint: string, { outputs }: Signature): Target {
  const { origin, pathname, search } = new URL(to);
  const path = pathname === '/' ? `/models/${encodeURIComponent(endpoint)}/predict` : `${pathname}${search}`;
  const names = outputs.map(({ name }) => name);
  const main = ['predict', 'transform'].find((name) => names.includes(name)) ?? names[0] ?? 'predict';
  const key = credentialOf({});
  const login = key === undefined ? {} : { authorization: `Bearer ${key}` };
  const ask: PredictFunction = async (body) => {
    const response = await sendRequest(new URL(path, origin), {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...login },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(PATIENCE),
    });
    const text = String(await readResponse(response, MAX_ANSWER_BYTES));
    const { statusCode: status } = response;
    if (status < 200 || status >= 300) throw new Error(`status ${status}: ${text.slice(0, 200)}`);
    const answer: unknown = JSON.parse(text);
    const { predictions, probabilities } = answered(answer);
    return { [main]: predictions, ...(probabilities === undefined ? {} : { predict_proba: probabilities }) };
  };
  return { ask, close: async () => undefined };
}

const answered = (answer: unknown): { readonly predictions?: unknown; readonly probabilities?: unknown } =>
  isRecord(answer) ? answer : {};

function reportText(report: RequestReplayReport, to: string): string {
  const { requests, rows, failed, failure, different, outputs, seconds, latency } = report;
  const rate = (requests / Math.max(seconds, 1e-9)).toFixed(0);
  const millis = (q: RequestReplayReport['latency']['now']) =>
    q === null ? ['–', '–', '–'] : [q.p50, q.p95, q.p99].map((x) => `${x.toFixed(2)} ms`);
  return [
    `${countText(requests, 'request')}, ${countText(rows, 'row')} sent to ${to} in ${seconds.toFixed(1)} s: ${rate} a second`,
    `${countText(different, 'request')} answered otherwise, ${countText(failed, 'request')} not at all${failure === null ? '' : `: ${failure}`}`,
    formatTable([
      ['output', 'values', 'different', 'largest gap'],
      ...Object.entries(outputs).map(([name, tally]) => [
        name,
        String(tally.cells),
        String(tally.different),
        tally.gap === 0 ? '–' : tally.gap.toPrecision(3),
      ]),
    ]),
    formatTable([
      ['latency', 'p50', 'p95', 'p99'],
      ['recorded', ...millis(latency.recorded)],
      ['now', ...millis(latency.now)],
    ]),
  ].join('\n');
}

const usage = (reason: string): PlimsollError => new PlimsollError('USAGE', { reason, command: COMMAND });

const HELP = `
Requests of the newest version that is logged are sent, or of the one that
--model-version names. A URL without a path gets them at /models/ENDPOINT/predict.

Examples:
  $ plimsoll requests replay churn --to churn@4 --speed 0
  $ plimsoll requests replay churn --to http://127.0.0.1:8080 --speed 10 --from 1h
`;
