/** Closes the windows of one rollout: with what has matured by then while it runs, and the last ones once it is over. */
import type { Clock } from '../../core/ports.ts';
import type { StoredWindow, WindowCollector } from '../../rollout/collect/window-collector.ts';
import { windowJson } from '../../rollout/collect/window-json.ts';
import type { MaturedOf } from './matured-values.ts';
import type { RolloutJournal } from './rollout-journal.ts';
import { isBlankWindow } from './rollout-totals.ts';
import type { WindowTimeline } from './window-timeline.ts';

interface CloserPorts {
  readonly journal: RolloutJournal;
  readonly collector: WindowCollector;
  readonly timeline: WindowTimeline;
  readonly clock: Clock;
  readonly maturedOf: MaturedOf;
}

export class WindowCloser {
  readonly #ports: CloserPorts;
  /** Closed after the end, and not yet written down. */
  #last: StoredWindow | null = null;

  constructor(ports: CloserPorts) {
    this.#ports = ports;
  }

  /** The window that is due, closed; null where none is. */
  async next(): Promise<StoredWindow | null> {
    const { journal, collector, clock, maturedOf } = this.#ports;
    const now = clock.now();
    const window = collector.due(now);
    if (window === null) return null;
    const closing = { window, shares: collector.sharesIn(window) };
    const { labels, outcomes } = await maturedOf(journal.row, journal.needs, closing, now);
    return collector.close(window, labels, outcomes);
  }

  /** Whether all has been counted until the last request under the rollout's routes. */
  get isDone(): boolean {
    return this.#ports.collector.isExhausted && this.#last === null;
  }

  /** Every worker has followed the route that ends the rollout: windows end now, if they have not before. */
  end(): void {
    this.#ports.collector.end(this.#ports.clock.now());
  }

  /** What came until every worker had followed the last route: it changes no verdict, but is told of. */
  async countLast(): Promise<void> {
    const { journal, collector, timeline, clock } = this.#ports;
    this.end();
    for (;;) {
      const window = collector.isExhausted ? null : collector.due(clock.now());
      this.#last ??= window === null ? null : collector.close(window);
      if (this.#last === null) return;
      const { closed, units } = this.#last;
      if (!isBlankWindow(closed))
        await journal.record({ kind: 'window', body: windowJson(closed), units }, timeline);
      this.#last = null;
    }
  }
}
