import { PlimsollError } from '../../core/errors.ts';
import { orKnown } from '../../store/away.ts';
import type { EndpointRow } from '../../store/store.ts';
import { acceptFeedback } from '../feedback/feedback.ts';
import type { FeedbackBuffer } from '../feedback/feedback-buffer.ts';
import type { Control, FeedbackItem } from '../port.ts';
import { LocalEndpoints, type LocalEndpointsOptions } from './endpoints.ts';
import { LocalRollouts, type LocalRolloutsOptions } from './rollouts.ts';
import { LocalVersions, type LocalVersionsOptions } from './versions.ts';

export type LocalControlOptions = LocalVersionsOptions &
  LocalEndpointsOptions &
  LocalRolloutsOptions & { readonly feedback: Pick<FeedbackBuffer, 'insert' | 'waiting' | 'isKeeping'> };

/** Rows of feedback that may wait to be written. */
const FEEDBACK_WAITING_MAX = 200_000;

/** The control plane over the store, in this process. */
export class LocalControl implements Control {
  readonly #options: LocalControlOptions;
  readonly #versions: LocalVersions;
  readonly #endpoints: LocalEndpoints;
  readonly #rollouts: LocalRollouts;

  constructor(options: LocalControlOptions) {
    this.#options = options;
    this.#versions = new LocalVersions(options);
    this.#rollouts = new LocalRollouts(options);
    this.#endpoints = new LocalEndpoints(options, (id) => this.rollout(id));
  }

  readonly models: Control['models'] = (...given) => this.#versions.models(...given);
  readonly model: Control['model'] = (...given) => this.#versions.model(...given);
  readonly versions: Control['versions'] = (...given) => this.#versions.versions(...given);
  readonly version: Control['version'] = (...given) => this.#versions.version(...given);
  readonly addVersion: Control['addVersion'] = (...given) => this.#versions.addVersion(...given);
  readonly changeVersion: Control['changeVersion'] = (...given) => this.#versions.changeVersion(...given);
  readonly setAlias: Control['setAlias'] = (...given) => this.#versions.setAlias(...given);
  readonly collectGarbage: Control['collectGarbage'] = (...given) => this.#versions.collectGarbage(...given);

  readonly endpoints: Control['endpoints'] = (...given) => this.#endpoints.endpoints(...given);
  readonly endpoint: Control['endpoint'] = (...given) => this.#endpoints.endpoint(...given);
  readonly routes: Control['routes'] = (...given) => this.#endpoints.routes(...given);
  readonly changeRoute: Control['changeRoute'] = (...given) => this.#endpoints.changeRoute(...given);
  readonly rollback: Control['rollback'] = (...given) => this.#endpoints.rollback(...given);
  readonly explainUnit: Control['explainUnit'] = (...given) => this.#endpoints.explainUnit(...given);

  readonly startRollout: Control['startRollout'] = (...given) => this.#rollouts.startRollout(...given);
  readonly rollouts: Control['rollouts'] = (...given) => this.#rollouts.rollouts(...given);
  readonly rollout: Control['rollout'] = (...given) => this.#rollouts.rollout(...given);
  readonly command: Control['command'] = (...given) => this.#rollouts.command(...given);
  readonly windows: Control['windows'] = (...given) => this.#rollouts.windows(...given);
  readonly evidence: Control['evidence'] = (...given) => this.#rollouts.evidence(...given);
  readonly keys: Control['keys'] = () => this.#rollouts.keys();

  async feedback(items: readonly FeedbackItem[]): ReturnType<Control['feedback']> {
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

  /** As the store has it, or as it was read last; null where the store says that there is none. */
  #endpointOf(name: string): Promise<EndpointRow | null> {
    const { store, publisher } = this.#options;
    return orKnown<EndpointRow | null>(
      () => store.tables.endpoints.get(name),
      () => publisher.lastRead?.endpoints.find((row) => row.name === name) ?? null,
    );
  }

  audit(page: Parameters<Control['audit']>[0]): ReturnType<Control['audit']> {
    return this.#options.store.tables.audit.list(page);
  }
}
