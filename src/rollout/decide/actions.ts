/** From a decided state to what has to be done about it: the wanted route, alerts, and versions to keep or let go. Pure. */
import { elementAt } from '../../core/element-at.ts';
import { assertNever } from '../../core/errors.ts';
import { isRolloutOver, type RolloutAction, type RolloutState } from './state.ts';

/** Buckets a percent: weights are kept in buckets of ten thousand. */
const BUCKETS_A_PERCENT = 100;

interface Route {
  readonly weight: number;
  readonly shadow: number;
}

type Deed = RolloutAction extends infer A
  ? A extends RolloutAction
    ? Omit<A, 'id' | 'fence'>
    : never
  : never;

/** The state with its route as decided, and the actions that bring the world there. */
export function actionsOf(
  before: RolloutState,
  after: RolloutState,
  reason: string,
): { state: RolloutState; actions: readonly RolloutAction[] } {
  const route = reachable(after, wantedRoute(after));
  const deeds = [...routeDeeds(after, route), ...phaseDeeds(before, after, route, reason)];
  const actions = deeds.map(
    (deed, i) =>
      ({ ...deed, id: `${after.attempt}/${after.nextAction + i}`, fence: after.fence }) as RolloutAction,
  );
  return { state: { ...after, ...route, nextAction: after.nextAction + actions.length }, actions };
}

function wantedRoute({ phase, policy, stage, weight }: RolloutState): Route {
  switch (phase.kind) {
    case 'running': {
      const current = elementAt(policy.stages, stage);
      return { weight: Math.round(current.weight * BUCKETS_A_PERCENT), shadow: current.shadow };
    }
    case 'holding':
      return {
        weight,
        shadow:
          weight === 0
            ? (policy.stages[stage]?.shadow ?? 0) * Number(phase.cause !== 'rolled-back-before')
            : 0,
      };
    case 'provisional':
      return { weight: Math.round((100 - policy.holdback) * BUCKETS_A_PERCENT), shadow: 0 };
    case 'promoted':
      return { weight: 100 * BUCKETS_A_PERCENT, shadow: 0 };
    case 'rolled-back':
    case 'aborted':
      return { weight: 0, shadow: 0 };
    default:
      return assertNever(phase);
  }
}

/** Nothing is routed to a version without a ready replica; where neither has one, the route stays as it is. */
function reachable({ ready, weight }: RolloutState, wanted: Route): Route {
  const isDown = ready.candidate < 1;
  if (isDown && ready.stable < 1) return { weight, shadow: 0 };
  if (isDown) return { weight: 0, shadow: 0 };
  // Less for the candidate would be more for a stable that cannot answer.
  return ready.stable < 1 ? { weight: Math.max(weight, wanted.weight), shadow: wanted.shadow } : wanted;
}

const routeDeeds = (state: RolloutState, route: Route): Deed[] =>
  route.weight === state.weight && route.shadow === state.shadow ? [] : [{ kind: 'route', ...route }];

function phaseDeeds(before: RolloutState, after: RolloutState, route: Route, reason: string): Deed[] {
  const { phase, ready } = after;
  const isNew = phase.kind !== before.phase.kind;
  const isReminder =
    phase.kind === 'holding' && before.phase.kind === 'holding' && phase.reminders > before.phase.reminders;
  const deeds: Deed[] = [];
  if (isLost(before, after))
    deeds.push({
      kind: 'alert',
      message: 'The candidate has no ready replica any more: nobody is routed to it',
    });
  if ((isNew && phase.kind !== 'running') || isReminder) deeds.push({ kind: 'alert', message: reason });
  if (ready.stable < 1 && before.ready.stable > 0) deeds.push({ kind: 'warm', version: 'stable' });
  if (wasReleased(after) && !wasReleased(before)) deeds.push({ kind: 'release', version: 'stable' });
  // Not before the last unit is routed away: the candidate may be all that answers.
  const isBack = (phase.kind === 'rolled-back' || phase.kind === 'aborted') && route.weight === 0;
  if (isBack && (isNew || before.weight > 0)) deeds.push({ kind: 'release', version: 'candidate' });
  return deeds;
}

/** A candidate that cannot answer any more, while it was to. */
const isLost = (before: RolloutState, { ready, phase }: RolloutState): boolean =>
  ready.candidate < 1 &&
  before.ready.candidate > 0 &&
  before.weight + before.shadow > 0 &&
  !isRolloutOver(phase);

const wasReleased = ({ phase }: RolloutState): boolean => phase.kind === 'promoted' && phase.released;
