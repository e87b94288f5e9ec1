import { PMML_FUNCTIONS } from '../../model/pmml/functions.ts';
import { PLAIN_PATTERNS, plainPattern } from '../../model/pmml/pattern.ts';
import type { PmmlExpression } from '../../model/pmml/program.ts';
import { type PmmlType, type PmmlValue, pmmlLiteral } from '../../model/pmml/value.ts';
import { PmmlScope } from './scope.ts';
import type { XmlElement } from './xml.ts';

type ReadExpression = (scope: PmmlScope, element: XmlElement) => PmmlExpression;

/** `Apply` of a built-in function, or of one that the document defines: that one is put in its place. */
export function readApply(scope: PmmlScope, element: XmlElement, read: ReadExpression): PmmlExpression {
  const { reading, functions } = scope.program;
  const name = reading.text(element, 'function');
  const args = reading.children(element).map((child) => read(scope, child));
  const defined = functions.get(name);
  if (defined !== undefined) return readCall(scope, element, defined, args, read);
  const builtIn = PMML_FUNCTIONS.get(name);
  if (builtIn === undefined)
    throw reading.unsupported(
      element,
      'function',
      `"${name.slice(0, 60)}"`,
      `${[...PMML_FUNCTIONS.keys()].join(', ')} are`,
    );
  if (args.length < builtIn.min || args.length > builtIn.max)
    throw reading.invalid(
      element,
      'the number of arguments',
      String(args.length),
      `${builtIn.min} to ${builtIn.max}`,
    );
  for (const arg of args) {
    if (builtIn.args === 'number' && arg.type === 'string' && !isMissing(arg))
      throw reading.invalid(element, 'an argument', 'a string', `a number, as "${name}" takes`);
  }
  if (name === 'matches' || name === 'replace') checkPattern(reading, element, args[1]);
  const type = builtIn.type(args.map((arg) => arg.type));
  const literal = (attribute: string): PmmlValue => {
    const text = reading.attribute(element, attribute);
    return text === null ? null : (pmmlLiteral(text, type) ?? text);
  };
  return {
    kind: 'apply',
    function: name,
    args,
    missing: literal('mapMissingTo'),
    otherwise: literal('defaultValue'),
    invalid: reading.choice(
      element,
      'invalidValueTreatment',
      ['returnInvalid', 'asIs', 'asMissing'] as const,
      'returnInvalid',
    ),
    type,
  };
}

/** Refuses a pattern that is not known before rows come, or that can take long. */
function checkPattern(
  reading: PmmlScope['program']['reading'],
  element: XmlElement,
  pattern: PmmlExpression | undefined,
): void {
  const text = pattern?.kind === 'constant' && pattern.value !== null ? String(pattern.value) : null;
  if (text !== null && plainPattern(text) !== null) return;
  const found = text === null ? 'computed' : JSON.stringify(text.slice(0, 60));
  throw reading.unsupported(element, 'the pattern', found, PLAIN_PATTERNS);
}

const isMissing = (expression: PmmlExpression): boolean =>
  expression.kind === 'constant' && expression.value === null;

function readCall(
  { program }: PmmlScope,
  element: XmlElement,
  defined: XmlElement,
  args: readonly PmmlExpression[],
  read: ReadExpression,
): PmmlExpression {
  const { reading, expanding } = program;
  if (expanding.has(defined))
    throw reading.invalid(defined, 'name', 'a function that calls itself', 'no cycles');
  const parameters = reading.all(defined, 'ParameterField');
  if (parameters.length !== args.length)
    throw reading.invalid(element, 'the number of arguments', String(args.length), String(parameters.length));
  const inner = new PmmlScope(program, null);
  for (const [i, parameter] of parameters.entries()) {
    const expression = args[i];
    if (expression === undefined) continue;
    const name = reading.text(parameter, 'name');
    const type = reading.type(parameter, expression.type);
    inner.set(
      name,
      program.field(parameter, () => ({ kind: 'derived', name, type, expression })),
    );
  }
  expanding.add(defined);
  try {
    const body = bodyOf(inner, defined, read);
    const stated = reading.attribute(defined, 'dataType');
    const type: PmmlType = stated === null ? body.type : reading.type(defined);
    if (type === body.type) return body;
    const name = reading.text(defined, 'name');
    const field = program.field(defined, () => ({ kind: 'derived', name, type, expression: body }));
    return { kind: 'field', field: program.refer(field, element), missing: null, type };
  } finally {
    expanding.delete(defined);
  }
}

function bodyOf(inner: PmmlScope, defined: XmlElement, read: ReadExpression): PmmlExpression {
  const { reading } = inner.program;
  const [body] = reading.children(defined).filter((child) => reading.nameOf(child) !== 'ParameterField');
  if (body === undefined) throw reading.invalid(defined, 'the expression', 'missing', 'one');
  return read(inner, body);
}
