import { describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../limits.ts';
import { answersOf, derivedDocument, documentOf, outputList, readText } from './testing/document.ts';

const ref = (name: string): string => `<FieldRef field="${name}"/>`;
const constant = (value: string, type = 'double'): string =>
  `<Constant dataType="${type}">${value}</Constant>`;
const apply = (name: string, ...args: string[]): string =>
  `<Apply function="${name}">${args.join('')}</Apply>`;

const answer = (expression: string, row: Record<string, unknown>, type?: string): unknown =>
  outputList(answersOf(derivedDocument(expression, type), [row]))[0];

const isText = (name: string, ...args: string[]): string =>
  apply('if', apply('equal', apply(name, ...args), constant('AB', 'string')), constant('1'), constant('0'));

describe('built-in functions', () => {
  it.each<[string, Record<string, unknown>, number]>([
    [apply('+', ref('x'), ref('z')), { x: 1, z: 2 }, 3],
    [apply('/', ref('x'), constant('2', 'integer')), { x: 3 }, 1.5],
    [apply('/', constant('7', 'integer'), constant('2', 'integer')), {}, 3],
    [apply('min', ref('x'), ref('z')), { x: 1 }, 1],
    [apply('avg', ref('x'), ref('z'), constant('6')), { x: 1, z: 2 }, 3],
    [apply('pow', ref('x'), constant('2')), { x: 3 }, 9],
    [apply('ln', apply('exp', ref('x'))), { x: 2 }, 2],
    [apply('log10', ref('x')), { x: 1000 }, 3],
    [apply('floor', ref('x')), { x: -1.5 }, -2],
    [apply('round', ref('x')), { x: 2.5 }, 3],
    [apply('rint', ref('x')), { x: 2.5 }, 2],
    [apply('modulo', ref('x'), constant('3')), { x: -4 }, 2],
    [apply('threshold', ref('x'), constant('1')), { x: 1 }, 0],
    [apply('if', apply('isMissing', ref('x')), constant('-1'), ref('x')), {}, -1],
    [apply('if', apply('lessThan', ref('x'), constant('5')), constant('1'), constant('2')), { x: 5 }, 2],
    [
      apply(
        'if',
        apply(
          'and',
          apply('isNotMissing', ref('x')),
          apply('isIn', ref('s'), constant('a', 'string'), constant('b', 'string')),
        ),
        constant('1'),
        constant('0'),
      ),
      { x: 1, s: 'b' },
      1,
    ],
    [isText('uppercase', ref('s')), { s: 'ab' }, 1],
    [isText('concat', ref('s'), constant('B', 'string')), { s: 'A' }, 1],
    [isText('substring', ref('s'), constant('2', 'integer'), constant('2', 'integer')), { s: 'xABy' }, 1],
    [isText('trimBlanks', ref('s')), { s: ' AB ' }, 1],
    [apply('stringLength', ref('s')), { s: 'four' }, 4],
    [isText('replace', ref('s'), constant('x+', 'string'), constant('', 'string')), { s: 'AxxBx' }, 1],
    [
      apply('if', apply('matches', ref('s'), constant('^a.c$', 'string')), constant('1'), constant('0')),
      { s: 'abc' },
      1,
    ],
    [apply('stringLength', apply('formatNumber', ref('x'), constant('%7.2f', 'string'))), { x: 2.345 }, 7],
    [apply('stdNormalCDF', ref('x')), { x: 0 }, 0.5],
    [apply('erf', ref('x')), { x: 0 }, 0],
  ])('%s of %o is %d', (expression, row, wanted) => {
    expect(answer(expression, row)).toBe(wanted);
  });

  it('of a missing argument are missing, or what mapMissingTo says', () => {
    expect(answer(apply('*', ref('x'), ref('z')), { x: 2 })).toBeNaN();
    expect(
      answer('<Apply function="*" mapMissingTo="7"><FieldRef field="x"/><FieldRef field="z"/></Apply>', {
        x: 2,
      }),
    ).toBe(7);
    expect(
      answer('<Apply function="*" defaultValue="8"><FieldRef field="x"/><FieldRef field="z"/></Apply>', {
        x: 2,
      }),
    ).toBe(8);
  });

  it('refuse patterns that can take long', () => {
    const { blockers } = readText(
      derivedDocument(apply('matches', ref('s'), constant('(a+)+$', 'string')), 'boolean'),
    );
    expect(blockers).toMatchObject([{ field: 'the pattern', found: '"(a+)+$"' }]);
  });

  it('that are not known are refused by name and line', () => {
    const { blockers } = readText(derivedDocument(apply('x-magic', ref('x'))));
    expect(blockers).toMatchObject([{ path: '<Apply> in line 13', field: 'function', found: '"x-magic"' }]);
  });
});

describe('expressions', () => {
  const points =
    '<LinearNorm orig="0" norm="0"/><LinearNorm orig="10" norm="1"/><LinearNorm orig="20" norm="5"/>';
  it.each<[string, Record<string, unknown>, number]>([
    [`<NormContinuous field="x">${points}</NormContinuous>`, { x: 5 }, 0.5],
    [`<NormContinuous field="x">${points}</NormContinuous>`, { x: 15 }, 3],
    [`<NormContinuous field="x">${points}</NormContinuous>`, { x: 25 }, 7],
    [`<NormContinuous field="x">${points}</NormContinuous>`, { x: -10 }, -1],
    [`<NormContinuous field="x" outliers="asExtremeValues">${points}</NormContinuous>`, { x: 25 }, 5],
    [`<NormContinuous field="x" mapMissingTo="9">${points}</NormContinuous>`, {}, 9],
    ['<NormDiscrete field="s" value="a"/>', { s: 'a' }, 1],
    ['<NormDiscrete field="s" value="a"/>', { s: 'b' }, 0],
    ['<NormDiscrete field="b" value="true"/>', { b: true }, 1],
    ['<NormDiscrete field="s" value="a" mapMissingTo="0.5"/>', {}, 0.5],
    ['<FieldRef field="x" mapMissingTo="4"/>', {}, 4],
  ])('%s of %o is %d', (expression, row, wanted) => {
    expect(answer(expression, row)).toBe(wanted);
  });

  it('put numbers into bins, the first that holds them', () => {
    const bins = `<Discretize field="x" dataType="integer" defaultValue="9" mapMissingTo="8">
<DiscretizeBin binValue="1"><Interval closure="openClosed" rightMargin="0"/></DiscretizeBin>
<DiscretizeBin binValue="2"><Interval closure="openOpen" leftMargin="0" rightMargin="5"/></DiscretizeBin></Discretize>`;
    expect([0, 0.1, 5, null].map((x) => answer(bins, { x }))).toEqual([1, 2, 9, 8]);
  });

  it('look values up in tables of one and of several columns', () => {
    const one = `<MapValues outputColumn="o" dataType="double" defaultValue="-1"><FieldColumnPair field="s" column="data:i"/>
<InlineTable><row><data:i>a</data:i><o>1.5</o></row></InlineTable></MapValues>`;
    expect([answer(one, { s: 'a' }), answer(one, { s: 'z' })]).toEqual([1.5, -1]);
    const two = `<MapValues outputColumn="o" dataType="double"><FieldColumnPair field="s" column="i"/><FieldColumnPair field="x" column="j"/>
<InlineTable><row><i>a</i><j>1</j><o>10</o></row><row><i>a</i><j>2</j><o>20</o></row></InlineTable></MapValues>`;
    expect([answer(two, { s: 'a', x: 2 }), answer(two, { s: 'a', x: 3 })]).toEqual([20, NaN]);
  });

  it('are cast to the type of their field', () => {
    expect(answer(ref('x'), { x: 0.1 }, 'float')).toBe(Math.fround(0.1));
    expect(answer(apply('greaterThan', ref('x'), constant('1')), { x: 2 }, 'boolean')).toBe(1);
  });

  it('call functions that the document defines', () => {
    const text = derivedDocument(apply('twice', ref('x'))).replace(
      '<RegressionModel',
      `<TransformationDictionary><DefineFunction name="twice" optype="continuous" dataType="double"><ParameterField name="p"/>
${apply('*', ref('p'), constant('2'))}</DefineFunction></TransformationDictionary><RegressionModel`,
    );
    expect(outputList(answersOf(text, [{ x: 4 }]))).toEqual([8]);
  });
});

it('functions that SAS defines name their parameters in constants', () => {
  const define = `<TransformationDictionary><DefineFunction name="SAS-EM-String-Normalize" optype="categorical" dataType="string">
<ParameterField name="FMTWIDTH" optype="continuous"/><ParameterField name="AnyCInput" optype="categorical"/>
<Apply function="trimBlanks"><Apply function="uppercase"><Apply function="substring"><FieldRef field="AnyCInput"/>
<Constant>1</Constant><Constant>FMTWIDTH</Constant></Apply></Apply></Apply></DefineFunction></TransformationDictionary><RegressionModel`;
  const call =
    '<Apply function="SAS-EM-String-Normalize"><Constant dataType="integer">4</Constant><FieldRef field="s"/></Apply>';
  const text = derivedDocument(apply('stringLength', call)).replace('<RegressionModel', define);
  expect(outputList(answersOf(text, [{ s: 'ab  cdef' }]))).toEqual([2]);
});

describe('definitions', () => {
  const model = (derived: string, functions = ''): string =>
    documentOf(`<TransformationDictionary>${functions}${derived}</TransformationDictionary>
<RegressionModel functionName="regression"><MiningSchema><MiningField name="x"/></MiningSchema>
<RegressionTable intercept="0"><NumericPredictor name="d0" coefficient="1"/></RegressionTable></RegressionModel>`);
  const define = (name: string, expression: string): string =>
    `<DerivedField name="${name}" optype="continuous" dataType="double">${expression}</DerivedField>`;
  const invalid = expect.objectContaining({ code: 'MODEL_INVALID' });

  it('may stand in any order', () => {
    const text = model(define('d0', apply('+', ref('d1'), constant('1'))) + define('d1', ref('x')));
    expect(outputList(answersOf(text, [{ x: 1 }]))).toEqual([2]);
  });

  it('by themselves are refused', () => {
    expect(() => readText(model(define('d0', ref('d1')) + define('d1', ref('d0'))))).toThrow(invalid);
    const body = apply('f', ref('p'));
    const calls = `<DefineFunction name="f" optype="continuous"><ParameterField name="p"/>${body}</DefineFunction>`;
    expect(() => readText(model(define('d0', apply('f', ref('x'))), calls))).toThrow(invalid);
  });

  it('that are not there are refused', () => {
    expect(() => readText(model(define('d0', ref('nothing'))))).toThrow(invalid);
  });

  it('that nothing refers to do not matter', () => {
    const text = model(define('d0', ref('x')) + define('d1', '<Lag field="x"/>'));
    expect(outputList(answersOf(text, [{ x: 3 }]))).toEqual([3]);
  });

  it('that double again and again end at a limit', () => {
    const functions = Array.from({ length: 40 }, (_, i) => {
      const inner =
        i === 0 ? ref('p') : apply('+', apply(`f${i - 1}`, ref('p')), apply(`f${i - 1}`, ref('p')));
      return `<DefineFunction name="f${i}" optype="continuous"><ParameterField name="p"/>${inner}</DefineFunction>`;
    }).join('');
    const limits = { ...DEFAULT_LIMITS, totalBytes: 2 ** 24 };
    expect(() => readText(model(define('d0', apply('f39', ref('x'))), functions), limits)).toThrow(
      expect.objectContaining({ code: 'READ_LIMIT' }),
    );
  });

  it('that refer to one another in a long chain are refused or answered, but end', () => {
    const chain = (count: number): string =>
      model(
        Array.from({ length: count }, (_, i) =>
          define(`d${i}`, i === count - 1 ? ref('x') : ref(`d${i + 1}`)),
        ).join(''),
      );
    expect(outputList(answersOf(chain(150), [{ x: 3 }]))).toEqual([3]);
    expect(readText(chain(5000)).blockers).toMatchObject([{ field: 'nesting' }]);
  });
});
