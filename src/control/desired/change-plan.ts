/** From what is to what should be: the changes that `apply` makes, and what stands in their way. Pure. */
import { valueInMap } from '../../core/element-at.ts';
import type { HeaderRule, UnitSource } from '../../rollout/route.ts';
import type { Strategy } from '../../store/store.ts';
import type { EndpointView, RolloutView } from '../port.ts';
import type { DesiredEndpoint, DesiredState } from './desired-state.ts';

export type DesiredChange =
  | {
      readonly kind: 'alias';
      readonly model: string;
      readonly alias: string;
      readonly from: number | null;
      readonly to: number | null;
    }
  | {
      readonly kind: 'route';
      readonly endpoint: string;
      readonly generation: number;
      readonly from: RouteParts;
      readonly to: RouteParts;
    }
  | {
      readonly kind: 'rollout';
      readonly endpoint: string;
      readonly from: number;
      readonly to: number;
      readonly strategy: Strategy;
      readonly policy: unknown;
    };

/** What of a route is changed. */
export interface RouteParts {
  readonly rules?: readonly HeaderRule[];
  readonly unit?: UnitSource;
}

export interface BlockedChange {
  readonly endpoint: string;
  readonly reason: string;
}

/** How things are, of what is named. */
export interface PresentState {
  readonly endpoints: ReadonlyMap<string, { readonly view: EndpointView; readonly last: RolloutView | null }>;
  readonly aliases: ReadonlyMap<string, Readonly<Record<string, number>>>;
}

export interface ChangePlan {
  readonly changes: readonly DesiredChange[];
  readonly blocked: readonly BlockedChange[];
}

/** Nothing where all is as it should be, or on its way. */
export function planChanges(desired: DesiredState, present: PresentState): ChangePlan {
  const changes: DesiredChange[] = [];
  const blocked: BlockedChange[] = [];
  for (const [model, wanted] of desired.aliases)
    changes.push(...aliasChanges(model, wanted, present.aliases.get(model) ?? {}));
  for (const [endpoint, wanted] of desired.endpoints) {
    const { view, last } = valueInMap(present.endpoints, endpoint);
    changes.push(...routeChanges(wanted, view));
    const next = rolloutChange(wanted, view, last);
    if (typeof next === 'string') blocked.push({ endpoint, reason: next });
    else if (next !== null) changes.push(next);
  }
  return { changes, blocked };
}

function aliasChanges(
  model: string,
  wanted: ReadonlyMap<string, number>,
  present: Readonly<Record<string, number>>,
): DesiredChange[] {
  const now = new Map(Object.entries(present));
  const names = [...new Set([...wanted.keys(), ...now.keys()])];
  return names
    .map((alias) => ({ alias, from: now.get(alias) ?? null, to: wanted.get(alias) ?? null }))
    .filter(({ from, to }) => from !== to)
    .map((change) => ({ kind: 'alias', model, ...change }));
}

function routeChanges(
  { rules, unit }: DesiredEndpoint,
  { name, route, generation }: EndpointView,
): DesiredChange[] {
  const newRules = rules !== null && !same(rules, route.rules);
  const newUnit = unit !== null && !same(unit, route.unit);
  if (!(newRules || newUnit)) return [];
  const from = { ...(newRules && { rules: route.rules }), ...(newUnit && { unit: route.unit }) };
  const to = { ...(newRules && { rules }), ...(newUnit && { unit }) };
  return [{ kind: 'route', endpoint: name, generation, from, to }];
}

/** A change, null where none is needed, or what stands in its way. */
function rolloutChange(
  { version, rollout: how }: DesiredEndpoint,
  { name, stable, rollout }: EndpointView,
  last: RolloutView | null,
): DesiredChange | string | null {
  if (version === null) return null;
  if (rollout !== null) {
    if (rollout.candidate === version) return null;
    return `a rollout to version ${rollout.candidate} is ${rollout.state}: let it end, or abort it`;
  }
  if (stable === version) return null;
  if (last?.candidate === version && (last.state === 'rolled-back' || last.state === 'aborted'))
    return `version ${version} was ${last.state} (${last.reason}); try it again by hand: plimsoll rollout start ${name} --to ${version}`;
  const { strategy, policy } = how;
  return { kind: 'rollout', endpoint: name, from: stable, to: version, strategy, policy };
}

/** Whatever the order of keys. */
const same = (a: unknown, b: unknown): boolean => JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
}
