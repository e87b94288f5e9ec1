import type { Clock } from '../../core/ports.ts';
import type { Route } from '../../rollout/route.ts';
import type { WindowPart } from '../../rollout/window-part.ts';
import { type SendPart, WindowRecorder } from './window-recorder.ts';

/** A piece of every part is sent this often, and when its window is over. */
const PIECE_MILLIS = 1000;

export interface RolloutRecorderOptions {
  /** Unique among the workers of all replicas, with `epoch` growing when it is started again. */
  readonly worker: string;
  readonly epoch: number;
  /** Takes a piece; must not throw. */
  readonly send: SendPart;
  readonly clock: Clock;
}

interface Recorded {
  readonly generation: number;
  readonly windowRecorder: WindowRecorder;
}

/**
 * What one worker notes of the rollouts whose routes it follows. Whoever takes the pieces does so in a turn of its own:
 * no request and no flip of a route waits for it.
 */
export class RolloutRecorder {
  readonly #options: RolloutRecorderOptions;
  /** By endpoint. */
  readonly #recorded = new Map<string, Recorded>();
  /** Window recorders of rollouts that are over, whose last requests are under way. */
  readonly #draining = new Set<WindowRecorder>();
  #outbox: WindowPart[] = [];
  #sending: NodeJS.Immediate | undefined;
  #timer: NodeJS.Timeout | undefined;
  #onUnit = (): void => undefined;

  constructor(options: RolloutRecorderOptions) {
    this.#options = options;
  }

  /** Has every unit counted, each once a window and arm. */
  countUnits(onUnit: () => void): void {
    this.#onUnit = onUnit;
  }

  /** Where the requests of an endpoint are noted, or null where nothing is measured. */
  windowRecorderOf(endpoint: string): WindowRecorder | null {
    return this.#recorded.get(endpoint)?.windowRecorder ?? null;
  }

  /** Goes on under these routes: a route of another generation begins a new window, and the last one is over. */
  follow(routes: readonly Route[]): void {
    const byEndpoint = new Map(routes.map((route) => [route.endpoint, route]));
    for (const [endpoint, { generation, windowRecorder }] of this.#recorded) {
      const next = byEndpoint.get(endpoint);
      if (next?.generation === generation && next.recording?.rollout === windowRecorder.recording.rollout)
        continue;
      if (next?.recording?.rollout === windowRecorder.recording.rollout) windowRecorder.close();
      else this.#drain(windowRecorder);
      this.#recorded.delete(endpoint);
    }
    for (const route of routes) {
      if (route.recording === null || this.#recorded.has(route.endpoint)) continue;
      const onUnit = (): void => this.#onUnit();
      const send = (part: WindowPart): void => this.#post(part);
      const windowRecorder = new WindowRecorder(route, route.recording, { ...this.#options, send, onUnit });
      this.#recorded.set(route.endpoint, { generation: route.generation, windowRecorder });
    }
    this.#schedule();
  }

  /** Sends what there is now. */
  flush(): void {
    for (const { windowRecorder } of this.#recorded.values()) windowRecorder.flush();
    this.#send();
  }

  /** Sends the last pieces and notes nothing any more. */
  close(): void {
    this.follow([]);
    for (const windowRecorder of this.#draining) windowRecorder.finish();
    this.#send();
  }

  #drain(windowRecorder: WindowRecorder): void {
    for (const one of this.#draining) if (one.isOver) this.#draining.delete(one);
    windowRecorder.drain();
    this.#draining.add(windowRecorder);
  }

  #post(part: WindowPart): void {
    this.#outbox.push(part);
    this.#sending ??= setImmediate(() => this.#send());
  }

  #send(): void {
    clearImmediate(this.#sending);
    this.#sending = undefined;
    for (const part of this.#outbox.splice(0)) this.#options.send(part);
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    if (this.#recorded.size === 0) return;
    const lefts = [...this.#recorded.values()].map(({ windowRecorder }) => windowRecorder.left);
    this.#timer = setTimeout(
      () => {
        this.flush();
        this.#schedule();
      },
      Math.max(1, Math.ceil(Math.min(PIECE_MILLIS, ...lefts))),
    ).unref();
  }
}
