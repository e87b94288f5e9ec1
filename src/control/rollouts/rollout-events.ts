/** The events of one rollout in order, from number `from` on. Pure. */
import { elementAt } from '../../core/element-at.ts';
import type { RolloutEventRow, Rollouts } from '../../store/store.ts';

/** Events read at a time: memory stays bounded, though each may carry a million units, and others get their turn. */
const PAGE_EVENTS = 100;

export async function* rolloutEvents(
  rollouts: Pick<Rollouts, 'events'>,
  rollout: string,
  from = 0,
): AsyncGenerator<RolloutEventRow> {
  for (let seq = from; ; ) {
    const events = await rollouts.events(rollout, seq, PAGE_EVENTS);
    yield* events;
    if (events.length < PAGE_EVENTS) return;
    seq = elementAt(events, events.length - 1).seq + 1;
  }
}
