/** Looks into versions in processes of their own, one after the other, and remembers what it has found. */
import { PlimsollError } from '../../core/errors.ts';
import type { Clock } from '../../core/ports.ts';
import { renewEntry } from '../../core/recent-entries.ts';
import { predictionLogPath } from '../../monitor/log/log-paths.ts';
import { runChildJob } from '../../process/child-job.ts';
import { bundleState } from '../../registry/bundle.ts';
import type { ExplainedVersion } from '../../registry/explained-bundle.ts';
import type { AdviceAnswer } from '../advice/advice-view.ts';
import type { AdviceRequest } from '../advice/advice-work.ts';
import type { ExplainedAgain } from '../explain-request.ts';
import type { AnalysisRequest, AnalysisWork, LoggedAnswer } from './analysis-work.ts';
import type {
  CounterfactualView,
  VersionColumns,
  VersionDependence,
  VersionImportance,
} from './view-schemas.ts';

const LIMIT_MILLIS = 60_000;
const HEAP_MEGABYTES = 512;
const MEMORY_BYTES = 2 * 2 ** 30;
/** That wait for the one that runs; answers that are remembered. */
const MOST_WAITING = 8;
const MOST_KEPT = 64;
/** What was found of logged rows is found again after so long. */
const LOG_MILLIS = 600_000;

export interface AnalysesOptions {
  readonly dataDir: string;
  /** Of the database of monitoring. */
  readonly monitoringUrl: string;
  readonly clock: Clock;
}

export interface CounterfactualAsk {
  readonly cells: Readonly<Record<string, unknown>>;
  /** A class, `>=N` or `<=N`; null for any other class. */
  readonly want: string | null;
  readonly held: readonly string[];
}

/** What can be asked of it. */
export type VersionAnalyses = Pick<
  Analyses,
  'columns' | 'importance' | 'dependence' | 'counterfactual' | 'explainAgain' | 'advice'
>;

/** All throw EXPLANATION_UNFIT, EXPLANATION_LATE, EXPLANATION_CRASHED, BUNDLE_GONE, OVERLOADED. */
export class Analyses {
  readonly #options: AnalysesOptions;
  /** By what was asked, the newest at the end. */
  readonly #kept = new Map<string, Promise<unknown>>();
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  constructor(options: AnalysesOptions) {
    this.#options = options;
  }

  columns(version: ExplainedVersion): Promise<VersionColumns> {
    return this.#remembered(version, { kind: 'columns' }, 0);
  }

  importance(version: ExplainedVersion, endpoint: string): Promise<VersionImportance> {
    const { dataDir, monitoringUrl: url, clock } = this.#options;
    const log = { url, folder: predictionLogPath(dataDir), endpoint };
    return this.#remembered(version, { kind: 'importance', log }, Math.floor(clock.now() / LOG_MILLIS));
  }

  dependence(version: ExplainedVersion, column: string): Promise<VersionDependence> {
    return this.#remembered(version, { kind: 'dependence', column }, 0);
  }

  counterfactual(version: ExplainedVersion, asked: CounterfactualAsk): Promise<CounterfactualView> {
    const work = { kind: 'counterfactual', ...asked } as const;
    return this.#analyse({ version, work }, nameOf(version));
  }

  /** The answer to a logged request, by the version that gave it. Throws REQUEST_UNKNOWN, LOG_REDACTED, LOG_PARTIAL, too. */
  explainAgain(requestId: string, bundles: LoggedAnswer['bundles']): Promise<ExplainedAgain> {
    const { dataDir, monitoringUrl: url } = this.#options;
    const logged = { url, folder: predictionLogPath(dataDir), requestId, bundles };
    return this.#analyse({ logged }, `request ${requestId}`);
  }

  /** How a model is best served. Throws ADVICE_INVALID, too. */
  advice(request: AdviceRequest): Promise<Omit<AdviceAnswer, 'traffic'>> {
    const name = request.cost?.model ?? 'the model';
    return this.#once(JSON.stringify(['advice', request]), () =>
      this.#inTurn(() => inChild({ entry: ADVICE, request, name })),
    );
  }

  /** Once for each state of a bundle, and each `age`. */
  #remembered<T>(version: ExplainedVersion, work: AnalysisWork, age: number): Promise<T> {
    const key = JSON.stringify([version.bundle, bundleState(version.bundle), work, age]);
    return this.#once(key, () => this.#analyse<T>({ version, work }, nameOf(version)));
  }

  #once<T>(key: string, find: () => Promise<T>): Promise<T> {
    const known = this.#kept.get(key) as Promise<T> | undefined;
    const found = known ?? find();
    renewEntry(this.#kept, key, found, MOST_KEPT);
    found.catch(() => this.#kept.delete(key));
    return found;
  }

  /** `name` is what it is about, for errors. */
  #analyse<T>(request: AnalysisRequest, name: string): Promise<T> {
    return this.#inTurn(() => inChild({ entry: ANALYSIS, request, name }));
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.#waiting >= MOST_WAITING)
      throw new PlimsollError('OVERLOADED', {
        ...{ found: this.#waiting + 1, what: 'analyses of versions', limit: MOST_WAITING, retry: 10 },
      });
    this.#waiting++;
    const before = this.#last;
    const mine = before.catch(() => undefined).then(work);
    this.#last = mine;
    try {
      return await mine;
    } finally {
      this.#waiting--;
    }
  }
}

const nameOf = ({ model, version }: ExplainedVersion): string => `${model}@${version}`;

const ANALYSIS = new URL('./analysis.child.ts', import.meta.url);
const ADVICE = new URL('./advice.child.ts', import.meta.url);

function inChild<T>({
  entry,
  request,
  name,
}: {
  readonly entry: URL;
  readonly request: object;
  readonly name: string;
}): Promise<T> {
  return runChildJob<T, never>({
    entry,
    execArgv: [`--max-old-space-size=${HEAP_MEGABYTES}`],
    memoryBytes: MEMORY_BYTES,
    request,
    limitMillis: LIMIT_MILLIS,
    late: () =>
      new PlimsollError('EXPLANATION_LATE', {
        model: name,
        limit: LIMIT_MILLIS,
        reason: 'its rows take longer than that',
      }),
    ended: (reason) => new PlimsollError('EXPLANATION_CRASHED', { model: name, reason, retry: 10 }),
    hear: () => undefined,
  });
}
