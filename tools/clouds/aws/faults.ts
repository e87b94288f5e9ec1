/** What can go wrong on the way to a service, told beforehand. */

export type FaultKind = 'throttle' | 'error' | 'cut' | 'expired' | 'denied';

export interface Fault {
  readonly kind: FaultKind;
  /** Operation that it befalls; any where it is left out. */
  readonly operation?: string | undefined;
  /** The how manieth such call it befalls, from 1. @default {1} */
  readonly call?: number | undefined;
  /** Before the service has done anything, or after. @default {'before'} */
  readonly when?: 'before' | 'after' | undefined;
  /** Calls that it lasts for; for ever with Infinity. @default {1} */
  readonly times?: number | undefined;
}

export interface Call {
  readonly service: string;
  readonly operation: string;
}

/** Decides of each call whether something befalls it. */
export class Faults {
  readonly calls: Call[] = [];
  /** Calls that a service has carried out, whether their answer arrived or not. */
  readonly effects: Call[] = [];
  /** Told of each call once it has been carried out, before it is answered. */
  onEffect: (call: Call) => void = () => undefined;
  #armed: { readonly fault: Fault; seen: number }[] = [];

  arm(...faults: readonly Fault[]): void {
    this.#armed = faults.map((fault) => ({ fault, seen: 0 }));
  }

  /** Notes a call and answers what befalls it, if anything. */
  next(call: Call): Fault | null {
    this.calls.push(call);
    for (const armed of this.#armed) {
      const { operation, call: first = 1, times = 1 } = armed.fault;
      if (operation !== undefined && operation !== call.operation) continue;
      armed.seen += 1;
      if (armed.seen >= first && armed.seen < first + times) return armed.fault;
    }
    return null;
  }
}
