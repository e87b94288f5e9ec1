import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './project.ts';

interface NodeTestsRecord {
  readonly release: string;
  readonly passed: number;
  /** Tests passed by operator; models of several operators are those of functions, written out. */
  readonly operators: Readonly<Record<string, number>>;
  readonly others: Readonly<
    Record<string, { readonly operators: string; readonly outcome: string; readonly reason: string }>
  >;
}

/** Why onnxruntime answers other numbers than a test says, by operator. */
const DIFFERENCES: readonly (readonly [RegExp, string])[] = [
  [/Bernoulli|RandomUniformLike|Dropout/, 'answers random numbers'],
  [/Resize/, 'onnxruntime counts with the scales that are stated, as ONNX says since opset 18'],
  [/MaxUnpool/, 'onnxruntime keeps the places of the smaller output, where `output_shape` is larger'],
];
const CASTS: readonly (readonly [RegExp, string])[] = [
  [/STRING/, 'onnxruntime writes eight digits of a float'],
  [/BFLOAT16/, 'onnxruntime rounds to the nearest bfloat16, the test cuts off'],
];

/** docs/operators.md: what becomes of the node tests of ONNX, as the tests of this program hold it. */
export function nodeTestsSection(): string {
  const text = readFileSync(join(ROOT, 'fixtures/onnx/node-tests.json'), 'utf8');
  const { release, passed, operators, others }: NodeTestsRecord = JSON.parse(text);
  const counts = Object.entries(operators).map(([name, count]) =>
    count === 1 ? `\`${name}\`` : `\`${name}\` ${count}`,
  );
  const total = passed + Object.keys(others).length;
  return `
## ONNX

ONNX files run in onnxruntime as they are, after the repairs of [deep-learning.md](deep-learning.md#onnx). Of the ${total} node tests of
ONNX ${release} (Debian's libonnx-testdata), ${passed} are answered within the tolerance of the test, by operator:
${counts.join(', ')}.

The others, with what stands in their way:

| operator | tests | outcome |
|---|---|---|
${rows(others).join('\n')}
`;
}

/** A row for each outcome of an operator. */
function rows(others: NodeTestsRecord['others']): string[] {
  const tests = new Map<string, number>();
  for (const [name, { operators, outcome, reason }] of Object.entries(others)) {
    const [operator = ''] = operators.split(', ');
    const shown = operators.includes(', ') ? 'functions, written out' : `\`${operator}\``;
    const key = `${shown} | ${outcome === 'differs' ? difference(name, operators) : refusal(outcome, reason)}`;
    tests.set(key, (tests.get(key) ?? 0) + 1);
  }
  return [...tests]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, count]) => {
      const [shown, outcome] = key.split(' | ');
      return `| ${shown} | ${count} | ${outcome} |`;
    });
}

function difference(test: string, operators: string): string {
  const known = [
    ...CASTS.filter(([name]) => name.test(test)),
    ...DIFFERENCES.filter(([name]) => name.test(operators)),
  ];
  const [[, why] = [null, 'no reason is known']] = known;
  return `another answer: ${why}`;
}

/** What a message says beyond its opening words, without the names of nodes. */
const SHORT: readonly (readonly [RegExp, string])[] = [
  [/the domain "([\w.]+)" is unknown/, 'the domain `$1` is not served'],
  [/Could not find an implementation for (\w+)/, 'onnxruntime has no kernel of $1 for this type'],
  [/layout_ == 0/, 'onnxruntime takes `layout` 0 only'],
  [/a trip count that no constant bounds/, 'trips that no constant bounds'],
  [/type is (an? (?:sequence|optional))/, '$1 as input or output'],
  [/Invalid rank for input/, 'the input of the test has another rank than its model says'],
];

function refusal(code: string, reason: string): string {
  const [found] = SHORT.flatMap(([pattern, text]) => {
    const match = pattern.exec(reason);
    return match === null ? [] : [text.replace('$1', match[1] ?? '')];
  });
  return `${code}: ${found ?? reason}`;
}
