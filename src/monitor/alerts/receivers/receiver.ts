/** The port of receivers: a notice goes out, and what the other side said comes back. Nothing is thrown. */
import type { References } from '../../../core/references.ts';
import type { ReceiverPolicy } from '../../policy/receivers.ts';
import type { AlertNotice } from '../alert-notice.ts';

export type ReceiverKind = ReceiverPolicy['kind'];
export type ReceiverPolicyOf<K extends ReceiverKind> = Extract<ReceiverPolicy, { kind: K }>;

export interface OutgoingNotice {
  readonly notice: AlertNotice;
  /** What the receiver said to the last notice of the same incident, or null. */
  readonly receipt: unknown;
  /** Now, in milliseconds since the epoch. */
  readonly at: number;
}

/** What receivers are given of the world. */
export interface ReceiverEnvironment {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Which variables of it, and which files, may be looked up. @default all */
  readonly references?: References | undefined;
  /** Address under which people reach this server, or null. */
  readonly externalUrl: string | null;
  /** Time for one request, or one mail. @default {10 s} */
  readonly timeoutMillis?: number | undefined;
  /** @default {https://slack.com/api} */
  readonly slackApi?: string | undefined;
  /** Certificates of authorities of mail servers, beside those that Node knows. */
  readonly certificates?: string | undefined;
}

export type DeliveryOutcome =
  /** `receipt` is kept for the next notice of the incident. */
  | { readonly ok: true; readonly detail: string; readonly receipt: unknown }
  /**
   * `later`: it may well go through another time; `hardly`: it was refused, and only somebody can mend that. `after`: how
   * many milliseconds the receiver asks to wait.
   */
  | {
      readonly ok: false;
      readonly detail: string;
      readonly retry: 'later' | 'hardly';
      readonly after: number | null;
    };

export type SendFunction<K extends ReceiverKind> = (
  policy: ReceiverPolicyOf<K>,
  outgoing: OutgoingNotice,
  surroundings: ReceiverEnvironment,
) => Promise<DeliveryOutcome>;

export const permanentFailure = (detail: string): DeliveryOutcome => ({
  ok: false,
  detail,
  retry: 'hardly',
  after: null,
});
export const retryableFailure = (detail: string, after: number | null = null): DeliveryOutcome => ({
  ok: false,
  detail,
  retry: 'later',
  after,
});
