/** How the steps of one model differ from those of another. Pure. */
import type { OutlineStep, StepChange, StepFact } from './outline-schemas.ts';

type Steps = readonly OutlineStep[];
type FactChange = StepChange['facts'][number];

/** Steps are the same where the names that lead to them are. What is only in one of the two models is added or removed. */
export function stepChanges(before: Steps, after: Steps): readonly StepChange[] {
  const [old, now] = [byPath(before), byPath(after)];
  const removed = [...old].flatMap(([path, step]) => (now.has(path) ? [] : [whole(path, step, 'removed')]));
  const others = [...now].flatMap(([path, step]): readonly StepChange[] => {
    const earlier = old.get(path);
    if (earlier === undefined) return [whole(path, step, 'added')];
    const facts = changedFacts(earlier, step);
    return facts.length === 0 ? [] : [{ path, class: step.class, change: 'changed', facts }];
  });
  return [...removed, ...others];
}

function byPath(steps: Steps): ReadonlyMap<string, OutlineStep> {
  const paths = new Map<number, string>();
  const found = new Map<string, OutlineStep>();
  for (const step of steps) {
    const above = step.parent === null ? '' : (paths.get(step.parent) ?? '');
    const path = [above, step.name].filter(Boolean).join(' › ');
    paths.set(step.id, path);
    found.set(uniquePath(found, path), step);
  }
  return found;
}

/** Names may come twice; then their order tells them apart. */
function uniquePath(taken: ReadonlyMap<string, OutlineStep>, path: string): string {
  let unique = path;
  for (let k = 2; taken.has(unique); k++) unique = `${path} (${k})`;
  return unique;
}

const whole = (path: string, step: OutlineStep, change: 'added' | 'removed'): StepChange => ({
  ...{ path, class: step.class, change },
  facts: step.parameters.map(({ name, value }) => ({
    ...{ name, isLearned: false },
    ...(change === 'added' ? { before: null, after: value } : { before: value, after: null }),
  })),
});

function changedFacts(before: OutlineStep, after: OutlineStep): readonly FactChange[] {
  const own: readonly FactChange[] =
    before.class === after.class
      ? []
      : [{ name: 'class', isLearned: false, before: before.class, after: after.class }];
  return [
    ...own,
    ...changesOf(before.parameters, after.parameters, false),
    ...changesOf(before.learned, after.learned, true),
  ];
}

function changesOf(
  before: readonly StepFact[],
  after: readonly StepFact[],
  isLearned: boolean,
): readonly FactChange[] {
  const [old, now] = [before, after].map((facts) => new Map(facts.map((fact) => [fact.name, fact])));
  const names = new Set([...(old?.keys() ?? []), ...(now?.keys() ?? [])]);
  return [...names].flatMap((name) => {
    const [first, second] = [old?.get(name), now?.get(name)];
    if (first?.value === second?.value && first?.mark === second?.mark) return [];
    return [{ name, isLearned, before: first?.value ?? null, after: second?.value ?? null }];
  });
}
