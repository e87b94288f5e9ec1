/** The machine of each strategy. Pure. */
import * as staged from '../../rollout/canary/machine.ts';
import { experiment } from '../../rollout/experiment/machine.ts';
import type { StrategyMachine } from '../../rollout/strategy-machine.ts';
import type { Strategy } from '../../store/store.ts';

/** What the state of a machine is made of is its own business. */
export type AnyMachine = StrategyMachine<unknown>;

const MACHINES: Readonly<Record<Strategy, AnyMachine>> = {
  ab: experiment,
  canary: staged.canary,
  shadow: staged.shadow,
  'blue-green': staged.blueGreen,
  immediate: staged.immediate,
  placebo: staged.placebo,
};

export const machineOf = (strategy: Strategy): AnyMachine => MACHINES[strategy];
