import type { SignatureChange } from './compatibility-change.ts';
import { admits, sameShape, shaped } from './compatible-tensors.ts';
import type { OutputSpec, Signature } from './signature.ts';
import type { LabelSet } from './tensor.ts';
import { listed, quotedValue } from './wording.ts';

const change = (breaking: boolean, name: string | null, text: string): SignatureChange => ({
  where: 'outputs',
  name,
  text,
  breaking,
});

/** Changes of what callers get. */
export function compareOutputs(before: Signature, after: Signature): readonly SignatureChange[] {
  const had = new Map(before.outputs.map((output) => [output.name, output]));
  const has = new Map(after.outputs.map((output) => [output.name, output]));
  return [
    ...before.outputs
      .filter(({ name }) => !has.has(name))
      .map(({ name }) => change(true, name, `output ${quotedValue(name)} is gone`)),
    ...after.outputs
      .filter(({ name }) => !had.has(name))
      .map(({ name }) => change(false, name, `output ${quotedValue(name)} is new`)),
    ...compareClasses(before.classes, after.classes, null),
    ...before.outputs.flatMap((output) => {
      const now = has.get(output.name);
      return now ? compareOutput(output, now, !sameLabels(before.classes, after.classes)) : [];
    }),
  ];
}

/** `told`: the classes of the model have changed, which has been said and changes labels and scores alike. */
function compareOutput(before: OutputSpec, after: OutputSpec, told: boolean): readonly SignatureChange[] {
  const { name } = before;
  const output = `output ${quotedValue(name)}`;
  const byClasses = told && before.classes !== undefined && after.classes !== undefined;
  const changes: SignatureChange[] = byClasses
    ? []
    : [...compareClasses(before.classes ?? null, after.classes ?? null, name)];
  if (before.dtype !== after.dtype && !byClasses)
    changes.push(
      change(!bothFloats(before, after), name, `${output} is ${after.dtype}, it was ${before.dtype}`),
    );
  if ((before.parts ?? 0) !== (after.parts ?? 0))
    changes.push(change(true, name, `${output} is ${parted(after)}, it was ${parted(before)}`));
  if (!byClasses && !sameShape(before.shape, after.shape))
    changes.push(
      change(
        !admits(before.shape, after.shape),
        name,
        `${output} has the shape ${shaped(after.shape)}, it had ${shaped(before.shape)}`,
      ),
    );
  return changes;
}

const bothFloats = (before: OutputSpec, after: OutputSpec): boolean =>
  before.dtype.startsWith('float') && after.dtype.startsWith('float');

const parted = ({ parts }: OutputSpec): string =>
  parts === undefined ? 'one array' : `a list of ${parts} arrays`;

function compareClasses(
  before: LabelSet | null,
  after: LabelSet | null,
  name: string | null,
): readonly SignatureChange[] {
  if (sameLabels(before, after)) return [];
  const subject = name === null ? 'the classes' : `the classes of output ${quotedValue(name)}`;
  if (before === null) return [change(false, name, `${subject} are known now: ${shownLabels(after!)}`)];
  if (after === null) return [change(true, name, `${subject} are not known any more`)];
  if (before.type !== after.type)
    return [change(true, name, `${subject} are of type ${after.type}, they were of type ${before.type}`)];
  const had = new Set<unknown>(before.values);
  const has = new Set<unknown>(after.values);
  const won = [...has].filter((value) => !had.has(value)).map(quotedValue);
  const lost = [...had].filter((value) => !has.has(value)).map(quotedValue);
  if (won.length + lost.length === 0)
    return [
      change(
        true,
        name,
        `${subject} changed their order from ${shownLabels(before)} to ${shownLabels(after)}`,
      ),
    ];
  const parts = [
    ...(won.length > 0 ? [`${listed(won)} ${won.length === 1 ? 'is' : 'are'} new`] : []),
    ...(lost.length > 0 ? [`${listed(lost)} ${lost.length === 1 ? 'is' : 'are'} gone`] : []),
  ];
  return [change(true, name, `${subject} changed: ${parts.join(', ')}`)];
}

const shownLabels = ({ values }: LabelSet): string => listed(values.map(quotedValue));

const sameLabels = (a: LabelSet | null, b: LabelSet | null): boolean =>
  a === b ||
  (a !== null &&
    b !== null &&
    a.type === b.type &&
    a.values.length === b.values.length &&
    a.values.every((value, i) => value === b.values[i]));
