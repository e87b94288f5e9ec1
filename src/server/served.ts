import type { ControlApi, EndpointView, RolloutView } from '../control/port.ts';
import { isPlimsollError, type PlimsollError } from '../core/errors.ts';
import type { AcceptedVersion } from '../registry/version.ts';
import type { RolloutStage } from '../rollout/policy/policy.ts';
import { eachRow } from '../store/pages.ts';
import { formatDuration } from '../text/duration.ts';

/** What `serve` says of one endpoint once it answers. */
export interface ServedModel {
  /** Name that clients call. */
  readonly endpoint: string;
  /** The version that answers whoever no rollout has on its candidate. */
  readonly stable: AcceptedVersion;
  /** The rollout that runs, or null. */
  readonly rollout: ServedRollout | null;
  /** What else a person should know: why a file that was given answers nobody. */
  readonly note: string | null;
}

interface ServedRollout {
  readonly id: string;
  readonly candidate: number;
  readonly strategy: string;
  /** Its stages in words: `shadow 100 % for 10m, then 5 % for 5m, …`. */
  readonly plan: string;
}

/**
 * Everything that is served: `first` in its order, then the others by name. `accepted` gives a version with its manifest.
 * `onLeftOut` is told of each endpoint that answers nobody since its version cannot be used.
 */
export async function servedModels(
  control: Pick<ControlApi, 'endpoints'>,
  accepted: (model: string, version: number) => Promise<AcceptedVersion>,
  first: readonly string[],
  notes: ReadonlyMap<string, string>,
  onLeftOut: (endpoint: string, error: PlimsollError) => void,
): Promise<readonly ServedModel[]> {
  const rank = ({ endpoint }: ServedModel): number =>
    first.includes(endpoint) ? first.indexOf(endpoint) : first.length;
  const served: ServedModel[] = [];
  for await (const endpoint of eachRow((page) => control.endpoints(page))) {
    const { name } = endpoint;
    const stable = await accepted(endpoint.model, endpoint.stable).catch((error: unknown) => {
      if (!isPlimsollError(error)) throw error;
      onLeftOut(name, error);
      return null;
    });
    if (stable === null) continue;
    served.push({ endpoint: name, stable, rollout: rolloutOf(endpoint), note: notes.get(name) ?? null });
  }
  return served.toSorted((a, b) => rank(a) - rank(b));
}

const rolloutOf = ({ rollout }: EndpointView): ServedRollout | null =>
  rollout && {
    id: rollout.id,
    candidate: rollout.candidate,
    strategy: rollout.strategy,
    plan: planOf(rollout),
  };

/** The stages that are still to come, the current one first. */
function planOf({ strategy, stage, progress }: RolloutView): string {
  const left = progress?.stages.slice(stage) ?? [];
  return left.length === 0 ? strategy : left.map(stageText).join(', then ');
}

const stageText = ({ shadow, weight, bake }: RolloutStage): string =>
  `${shadow > 0 ? `shadow ${shadow}` : weight} %${bake > 0 ? ` for ${formatDuration(bake)}` : ''}`;
