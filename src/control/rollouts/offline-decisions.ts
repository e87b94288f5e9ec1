/**
 * A rollout whose store is away: windows are folded in memory, and what leads towards stable holds at once. It is paused
 * first, in the words of its own log, so that the machine cannot advance on them.
 */
import type { Clock } from '../../core/ports.ts';
import type { StoredWindow, WindowCollector } from '../../rollout/collect/window-collector.ts';
import { windowJson } from '../../rollout/collect/window-json.ts';
import type { NewOverride } from '../overrides/route-override.ts';
import { OFFLINE_ACTOR, SYSTEM_ACTOR } from './fold-event.ts';
import type { EventDraft, RolloutJournal } from './rollout-journal.ts';
import { isBlankWindow } from './rollout-totals.ts';
import type { WindowTimeline } from './window-timeline.ts';

export interface OfflineDecisionsPorts {
  readonly journal: RolloutJournal;
  readonly collector: WindowCollector;
  readonly timeline: WindowTimeline;
  readonly clock: Clock;
}

/** Most windows that are closed in one tick: commands come between. */
const WINDOWS_A_TICK_MAX = 100;

const PAUSE: EventDraft = {
  kind: 'command',
  body: { kind: 'pause', by: OFFLINE_ACTOR },
  by: SYSTEM_ACTOR,
  why: 'the store is away: nothing advances until it is back',
};
export const RESUME: EventDraft = {
  kind: 'command',
  body: { kind: 'resume', by: SYSTEM_ACTOR },
  by: SYSTEM_ACTOR,
  why: 'the store is back',
};

export class OfflineDecisions {
  readonly #ports: OfflineDecisionsPorts;

  constructor(ports: OfflineDecisionsPorts) {
    this.#ports = ports;
  }

  /**
   * Folds every window that is due, until the rollout is settled: then what everybody is to be put on, else null. `left`
   * was closed before and could not be written.
   */
  fold(left: StoredWindow | null): NewOverride | null {
    const { journal } = this.#ports;
    const before = journal.routed?.ranges ?? [];
    if (left !== null) this.#take(left);
    for (let i = 0; i < WINDOWS_A_TICK_MAX && !journal.isSettled; i++) {
      const closed = this.#close();
      if (closed === null) break;
      this.#take(closed);
    }
    const { row, isSettled, machine, folded } = journal;
    const { settled } = machine.plan(folded.state);
    if (!isSettled || settled === null) return null;
    const { version, isHarmful } = settled;
    const { id: rollout, endpoint, candidate } = row;
    const others = new Set([candidate, ...before.map((range) => range.version)]);
    const from = [...others].filter((other) => other !== version);
    return { endpoint, rollout, version, from, by: SYSTEM_ACTOR, reason: folded.reason, isHarmful };
  }

  /** What matures meanwhile is taken by a later window: it is read from the store. */
  #close(): StoredWindow | null {
    const { collector, clock } = this.#ports;
    const window = collector.due(clock.now());
    return window === null ? null : collector.close(window);
  }

  #take({ closed, units }: StoredWindow): void {
    if (isBlankWindow(closed)) return;
    const { journal, timeline } = this.#ports;
    if (journal.state === 'running') journal.recordAhead(PAUSE, timeline);
    journal.recordAhead({ kind: 'window', body: windowJson(closed), units }, timeline);
  }
}
