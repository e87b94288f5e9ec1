import { PlimsollError } from '../../core/errors.ts';
import { orKnown } from '../../store/away.ts';
import type { AuditRequest, EndpointRow } from '../../store/store.ts';
import type { VerifiedChain } from '../../store/verified-audit-chain.ts';
import { acceptFeedback } from '../feedback/feedback.ts';
import type { FeedbackBuffer } from '../feedback/feedback-buffer.ts';
import type { ControlApi, FeedbackItem } from '../port.ts';
import type { LocalContents, LocalContentsOptions } from './contents.ts';
import { LocalEndpoints, type LocalEndpointsOptions } from './endpoints.ts';
import { LocalRollouts, type LocalRolloutsOptions } from './rollouts.ts';
import { LocalVersions, type LocalVersionsOptions } from './versions.ts';

export type LocalControlOptions = LocalVersionsOptions &
  LocalContentsOptions &
  LocalEndpointsOptions &
  LocalRolloutsOptions & { readonly feedback: Pick<FeedbackBuffer, 'insert' | 'waiting' | 'isKeeping'> };

/** Rows of feedback that may wait to be written. */
const FEEDBACK_WAITING_MAX = 200_000;

/** The control plane over the store, in this process. */
export class LocalControl implements ControlApi {
  readonly #options: LocalControlOptions;
  readonly #versions: LocalVersions;
  readonly #endpoints: LocalEndpoints;
  readonly #rollouts: LocalRollouts;
  #chain: Promise<VerifiedChain> | null = null;
  #contents: Promise<LocalContents> | null = null;

  constructor(options: LocalControlOptions) {
    this.#options = options;
    this.#versions = new LocalVersions(options);
    this.#rollouts = new LocalRollouts(options);
    this.#endpoints = new LocalEndpoints(options, (id) => this.rollout(id));
  }

  readonly models: ControlApi['models'] = (...given) => this.#versions.models(...given);
  readonly model: ControlApi['model'] = (...given) => this.#versions.model(...given);
  readonly versions: ControlApi['versions'] = (...given) => this.#versions.versions(...given);
  readonly version: ControlApi['version'] = (...given) => this.#versions.version(...given);
  readonly proof: ControlApi['proof'] = (...given) => this.#versions.proof(...given);
  readonly certificate: ControlApi['certificate'] = async (...given) =>
    (await this.#opened()).certificate(...given);
  readonly contents: ControlApi['contents'] = async (...given) => (await this.#opened()).contents(...given);
  readonly tree: ControlApi['tree'] = async (...given) => (await this.#opened()).tree(...given);
  readonly goldenRows: ControlApi['goldenRows'] = async (...given) =>
    (await this.#opened()).goldenRows(...given);
  readonly difference: ControlApi['difference'] = async (...given) =>
    (await this.#opened()).difference(...given);
  readonly addVersion: ControlApi['addVersion'] = (...given) => this.#versions.addVersion(...given);
  readonly changeVersion: ControlApi['changeVersion'] = (...given) => this.#versions.changeVersion(...given);
  readonly setAlias: ControlApi['setAlias'] = (...given) => this.#versions.setAlias(...given);
  readonly garbage: ControlApi['garbage'] = () => this.#versions.garbage();
  readonly collectGarbage: ControlApi['collectGarbage'] = (...given) =>
    this.#versions.collectGarbage(...given);

  readonly endpoints: ControlApi['endpoints'] = (...given) => this.#endpoints.endpoints(...given);
  readonly endpoint: ControlApi['endpoint'] = (...given) => this.#endpoints.endpoint(...given);
  readonly routes: ControlApi['routes'] = (...given) => this.#endpoints.routes(...given);
  readonly trafficHistory: ControlApi['trafficHistory'] = (...given) =>
    this.#endpoints.trafficHistory(...given);
  readonly changeRoute: ControlApi['changeRoute'] = (...given) => this.#endpoints.changeRoute(...given);
  readonly rollback: ControlApi['rollback'] = (...given) => this.#endpoints.rollback(...given);
  readonly explainUnit: ControlApi['explainUnit'] = (...given) => this.#endpoints.explainUnit(...given);

  readonly lintRollout: ControlApi['lintRollout'] = (...given) => this.#rollouts.lintRollout(...given);
  readonly startRollout: ControlApi['startRollout'] = (...given) => this.#rollouts.startRollout(...given);
  readonly rollouts: ControlApi['rollouts'] = (...given) => this.#rollouts.rollouts(...given);
  readonly allRollouts: ControlApi['allRollouts'] = (...given) => this.#rollouts.allRollouts(...given);
  readonly history: ControlApi['history'] = (...given) => this.#rollouts.history(...given);
  readonly rollout: ControlApi['rollout'] = (...given) => this.#rollouts.rollout(...given);
  readonly command: ControlApi['command'] = (...given) => this.#rollouts.command(...given);
  readonly windows: ControlApi['windows'] = (...given) => this.#rollouts.windows(...given);
  readonly evidence: ControlApi['evidence'] = (...given) => this.#rollouts.evidence(...given);
  readonly keys: ControlApi['keys'] = () => this.#rollouts.keys();

  async feedback(items: readonly FeedbackItem[]): ReturnType<ControlApi['feedback']> {
    const { clock, feedback } = this.#options;
    const { waiting: found } = feedback;
    if (found > FEEDBACK_WAITING_MAX)
      throw new PlimsollError('OVERLOADED', {
        found,
        what: 'items of feedback that wait to be written',
        limit: FEEDBACK_WAITING_MAX,
        retry: 5,
      });
    const endpoints = { get: (name: string) => this.#endpointOf(name) };
    const taken = await acceptFeedback({ endpoints, feedback }, items, clock.now());
    return feedback.isKeeping ? { ...taken, durable: false } : taken;
  }

  /** Loaded by those who look. */
  #opened(): Promise<LocalContents> {
    this.#contents ??= import('./contents.ts').then((loaded) => new loaded.LocalContents(this.#options));
    return this.#contents;
  }

  /** As the store has it, or as it was read last; null where the store says that there is none. */
  #endpointOf(name: string): Promise<EndpointRow | null> {
    const { store, publisher } = this.#options;
    return orKnown<EndpointRow | null>(
      () => store.tables.endpoints.get(name),
      () => publisher.lastRead?.endpoints.find((row) => row.name === name) ?? null,
    );
  }

  audit(wanted: AuditRequest): ReturnType<ControlApi['audit']> {
    return this.#options.store.tables.audit.list(wanted);
  }

  /** Who asks while it is computed gets the same answer. */
  auditChain(): Promise<VerifiedChain> {
    this.#chain ??= this.#verifiedChain().finally(() => {
      this.#chain = null;
    });
    return this.#chain;
  }

  async #verifiedChain(): Promise<VerifiedChain> {
    const { verifiedAuditChain } = await import('../../store/verified-audit-chain.ts');
    return verifiedAuditChain((wanted = {}) => this.audit(wanted));
  }
}
