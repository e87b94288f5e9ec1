/** What the control process and the monitoring process say to each other; plain data, structured clones. */
import type { WatchEnvironment } from '../../monitor/watch/watch-environment.ts';
import type { LifecycleMessage } from '../../process/messages.ts';

export interface MonitorSettings {
  readonly dataDir: string;
  /** URL of what monitoring remembers. */
  readonly url: string;
  /** Tells ticks and segments of this server from those of others that share the database. */
  readonly replica: string;
  /** Share of one processor that looking may take. */
  readonly share: number;
  /** Whether files and rows that are no longer wanted are to be looked for at its first look. */
  readonly tidies: boolean;
}

export interface MonitorState {
  /** When it last had a look in which nothing failed, in milliseconds since the epoch; null: not yet. */
  readonly lookedAt: number | null;
  /** How long, in milliseconds, it need not look again after that; 0: it goes on at once. */
  readonly restMillis: number;
}

export type WatchQuestion = keyof WatchEnvironment;

export type ToMonitor =
  | { readonly kind: 'start'; readonly settings: MonitorSettings }
  | { readonly kind: 'answer'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'failed'; readonly id: number; readonly reason: string }
  /** It is to keep what it has, and end. */
  | { readonly kind: 'leave' };

export type FromMonitor =
  | LifecycleMessage
  /** Once a second and after each look. */
  | ({ readonly kind: 'alive' } & MonitorState)
  | {
      readonly kind: 'ask';
      readonly id: number;
      readonly question: WatchQuestion;
      readonly args: readonly unknown[];
    };
