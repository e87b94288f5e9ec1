import { describe, expect, it } from 'vitest';
import { answersOf, documentOf, outputList, readText } from './testing/document.ts';

const SCHEMA = '<MiningSchema><MiningField name="x"/><MiningField name="z"/><MiningField name="s"/>';
const CLASSES = `${SCHEMA}<MiningField name="c" usageType="target"/></MiningSchema>`;
const NUMBERS = `${SCHEMA}<MiningField name="y" usageType="target"/></MiningSchema>`;

const leaf = (id: string, predicate: string, yes: number): string =>
  `<Node id="${id}" score="${yes > 0.5 ? 'yes' : 'no'}">${predicate}<ScoreDistribution value="no" recordCount="${10 - 10 * yes}"/><ScoreDistribution value="yes" recordCount="${10 * yes}"/></Node>`;
const compare = (field: string, operator: string, value: string | number): string =>
  `<SimplePredicate field="${field}" operator="${operator}" value="${value}"/>`;

const tree = (
  attributes: string,
  predicates: readonly [string, string] = [compare('x', 'lessThan', 5), compare('x', 'greaterOrEqual', 5)],
): string =>
  documentOf(`<TreeModel functionName="classification" ${attributes}>${CLASSES}
<Node id="0" score="no" defaultChild="2"><True/><ScoreDistribution value="no" recordCount="6"/><ScoreDistribution value="yes" recordCount="4"/>
${leaf('1', predicates[0], 0.2)}${leaf('2', predicates[1], 0.9)}</Node></TreeModel>`);

describe('trees', () => {
  it('answer the class and the fractions of the leaf', () => {
    const outputs = answersOf(tree(''), [{ x: 4 }, { x: 5 }]);
    expect(outputList(outputs)).toEqual(['no', 'yes']);
    expect(outputList(outputs, 'predict_proba')).toEqual([0.8, 0.2, 0.1, 0.9]);
  });

  it.each([
    ['missingValueStrategy="lastPrediction"', [0.6, 0.4]],
    ['missingValueStrategy="defaultChild"', [0.1, 0.9]],
    ['missingValueStrategy="none" noTrueChildStrategy="returnLastPrediction"', [0.6, 0.4]],
  ])('with %s answer a missing value', (attributes, wanted) => {
    expect(outputList(answersOf(tree(attributes), [{}]), 'predict_proba')).toEqual(wanted);
  });

  it('refuse a row that lacks what a node asks for which names no default child, and say so beforehand', () => {
    const text = tree('missingValueStrategy="defaultChild"').replace(' defaultChild="2"', '');
    expect(readText(text).notes.map(({ text: said }) => said)).toEqual([
      expect.stringContaining('name no defaultChild'),
    ]);
    expect(outputList(answersOf(text, [{ x: 4 }, { x: 5 }]))).toEqual(['no', 'yes']);
    expect(() => answersOf(text, [{}])).toThrow('node "0" of a tree asks for');
  });

  it.each(['missingValueStrategy="nullPrediction"', ''])(
    'refuse a row without a prediction: %s',
    (attributes) => {
      expect(() => answersOf(tree(attributes), [{}])).toThrow('predicts nothing');
    },
  );

  it('refuse strategies that weigh several leaves', () => {
    expect(readText(tree('missingValueStrategy="weightedConfidence"')).blockers).toMatchObject([
      { field: 'missingValueStrategy', found: '"weightedConfidence"' },
    ]);
  });

  it('ask surrogates where a value is missing', () => {
    const surrogate = (operator: string): string =>
      `<CompoundPredicate booleanOperator="surrogate">${compare('x', operator, 5)}${compare('z', operator, 1)}</CompoundPredicate>`;
    const text = tree('', [surrogate('lessThan'), surrogate('greaterOrEqual')]);
    expect(outputList(answersOf(text, [{ x: 9, z: 0 }, { z: 0 }, { z: 2 }]))).toEqual(['yes', 'no', 'yes']);
  });

  it('ask sets, and several values at once', () => {
    const set =
      '<SimpleSetPredicate field="s" booleanOperator="isIn"><Array n="2" type="string">"a b" c</Array></SimpleSetPredicate>';
    const both = `<CompoundPredicate booleanOperator="and">${compare('x', 'greaterThan', 1)}<CompoundPredicate booleanOperator="or">${compare('z', 'equal', 2)}<SimplePredicate field="s" operator="isMissing"/></CompoundPredicate></CompoundPredicate>`;
    const text = tree('', [set, both]);
    expect(outputList(answersOf(text, [{ s: 'a b' }, { x: 2, z: 2, s: 'q' }, { x: 2 }, { s: 'c' }]))).toEqual(
      ['no', 'yes', 'yes', 'no'],
    );
  });
});

const segment = (id: number, body: string, attributes = '', predicate = '<True/>'): string =>
  `<Segment id="${id}" ${attributes}>${predicate}${body}</Segment>`;
const constantTree = (score: number | string, task = 'regression'): string =>
  `<TreeModel functionName="${task}">${task === 'regression' ? NUMBERS : CLASSES}<Node score="${score}">${compare('x', 'greaterThan', 0)}</Node></TreeModel>`;
const mining = (method: string, segments: string, task = 'regression', attributes = ''): string =>
  documentOf(`<MiningModel functionName="${task}">${task === 'regression' ? NUMBERS : CLASSES}
<Segmentation multipleModelMethod="${method}" ${attributes}>${segments}</Segmentation></MiningModel>`);

describe('models of several segments', () => {
  const three = [1, 4, 7].map((score, i) => segment(i, constantTree(score), `weight="${i + 1}"`)).join('');
  it.each([
    ['sum', 12],
    ['average', 4],
    ['weightedAverage', 5],
    ['median', 4],
    ['selectFirst', 1],
    ['modelChain', 7],
  ])('%s of 1, 4 and 7 is %d', (method, wanted) => {
    expect(outputList(answersOf(mining(method, three), [{ x: 1 }]))).toEqual([wanted]);
  });

  it('vote, and of equals the first class that was voted for wins', () => {
    const votes = ['yes', 'no', 'yes', 'no']
      .map((score, i) => segment(i, constantTree(score, 'classification')))
      .join('');
    const outputs = answersOf(mining('majorityVote', votes, 'classification'), [{ x: 1 }]);
    expect([outputList(outputs), outputList(outputs, 'predict_proba')]).toEqual([['yes'], [0.5, 0.5]]);
    const weighted =
      segment(0, constantTree('yes', 'classification'), 'weight="1"') +
      segment(1, constantTree('no', 'classification'), 'weight="3"');
    expect(
      outputList(
        answersOf(mining('weightedMajorityVote', weighted, 'classification'), [{ x: 1 }]),
        'predict_proba',
      ),
    ).toEqual([0.75, 0.25]);
  });

  it('say what a segment without a prediction means', () => {
    const two = `${segment(0, constantTree(5))}${segment(1, constantTree(3).replaceAll('"x"', '"z"'))}`;
    expect(outputList(answersOf(mining('sum', two), [{ x: 1 }]))).toEqual([NaN]);
    expect(
      outputList(
        answersOf(mining('sum', two, 'regression', 'missingPredictionTreatment="skipSegment"'), [{ x: 1 }]),
      ),
    ).toEqual([5]);
  });

  it('choose segments by their predicates', () => {
    const two = `${segment(0, constantTree(5), '', compare('s', 'equal', 'a'))}${segment(1, constantTree(3))}`;
    expect(
      outputList(answersOf(mining('selectFirst', two), [{ x: 1, s: 'a' }, { x: 1, s: 'b' }, { x: 1 }])),
    ).toEqual([5, 3, 3]);
  });

  it('hand outputs on in a chain', () => {
    const first = constantTree(2).replace(
      '<Node',
      '<Output><OutputField name="raw" dataType="double" feature="predictedValue"/><OutputField name="more" dataType="double" feature="transformedValue"><Apply function="+"><FieldRef field="raw"/><Constant>1</Constant></Apply></OutputField></Output><Node',
    );
    const second = `<RegressionModel functionName="regression"><MiningSchema><MiningField name="more"/></MiningSchema>
<RegressionTable intercept="0.5"><NumericPredictor name="more" coefficient="10"/></RegressionTable></RegressionModel>`;
    expect(
      outputList(answersOf(mining('modelChain', segment(0, first) + segment(1, second)), [{ x: 1 }])),
    ).toEqual([30.5]);
  });

  it('treat fields anew, and compute transformations of the document from what they treated', () => {
    const square =
      '<TransformationDictionary><DerivedField name="q" optype="continuous" dataType="double"><Apply function="*"><FieldRef field="x"/><FieldRef field="x"/></Apply></DerivedField></TransformationDictionary>';
    const inner = `<RegressionModel functionName="regression"><MiningSchema><MiningField name="x" missingValueReplacement="3"/></MiningSchema>
<RegressionTable intercept="0"><NumericPredictor name="q" coefficient="1"/></RegressionTable></RegressionModel>`;
    const text = mining('sum', segment(0, inner) + segment(1, inner)).replace(
      '<MiningModel',
      `${square}<MiningModel`,
    );
    expect(outputList(answersOf(text, [{ x: 2 }, {}]))).toEqual([8, 18]);
  });

  it('refuse what they cannot put together, by name', () => {
    expect(readText(mining('selectAll', three)).blockers).toMatchObject([
      { found: '"selectAll" in a regression' },
    ]);
    expect(
      readText(mining('sum', segment(0, '<TextModel functionName="regression"/>'))).blockers,
    ).toMatchObject([
      { path: expect.stringContaining('<TextModel> in line'), found: 'one that is not understood' },
    ]);
  });
});

describe('regressions', () => {
  it('add numbers, categories, powers and products', () => {
    const text =
      documentOf(`<RegressionModel functionName="regression">${NUMBERS}<RegressionTable intercept="1">
<NumericPredictor name="x" exponent="2" coefficient="3"/><CategoricalPredictor name="s" value="a" coefficient="100"/>
<PredictorTerm coefficient="2"><FieldRef field="x"/><FieldRef field="z"/></PredictorTerm></RegressionTable></RegressionModel>`);
    expect(outputList(answersOf(text, [{ x: 2, z: 5, s: 'a' }, { x: 2, z: 5 }, { x: 2 }]))).toEqual([
      133,
      33,
      NaN,
    ]);
  });

  const tables = (link: string, inner = ''): string =>
    documentOf(`<RegressionModel functionName="classification" normalizationMethod="${link}">${CLASSES}${inner}
<RegressionTable intercept="0" targetCategory="yes"><NumericPredictor name="x" coefficient="1"/></RegressionTable>
<RegressionTable intercept="0" targetCategory="no"/></RegressionModel>`);

  it.each([
    ['logit', 1 / (1 + Math.exp(-1))],
    ['softmax', 1 / (1 + Math.exp(-1))],
    ['cloglog', 1 - Math.exp(-Math.exp(1))],
    ['loglog', Math.exp(-Math.exp(-1))],
    ['cauchit', 0.75],
    ['probit', 0.8413447460685429],
    ['none', 1],
  ])('make probabilities by %s', (link, wanted) => {
    const [no, yes] = outputList(answersOf(tables(link), [{ x: 1 }]), 'predict_proba');
    expect(yes).toBeCloseTo(wanted, 14);
    expect(no).toBeCloseTo(1 - wanted, 14);
  });

  it('rescale, bound and round their target', () => {
    const text = documentOf(`<RegressionModel functionName="regression">${NUMBERS}
<Targets><Target field="y" min="-5" max="5" rescaleFactor="3" rescaleConstant="0.4" castInteger="round"/></Targets>
<RegressionTable intercept="0"><NumericPredictor name="x" coefficient="1"/></RegressionTable></RegressionModel>`);
    expect(outputList(answersOf(text, [{ x: 2 }, { x: 50 }]))).toEqual([6, 15]);
  });
});

describe('fields of the input', () => {
  const model = (field: string, attributes: string): string =>
    documentOf(
      `<RegressionModel functionName="regression"><MiningSchema><MiningField name="f" ${attributes}/></MiningSchema>
<RegressionTable intercept="0"><NumericPredictor name="f" coefficient="1"/></RegressionTable></RegressionModel>`,
      field,
    );
  const bounded =
    '<DataField name="f" optype="continuous" dataType="double"><Interval closure="closedClosed" leftMargin="0" rightMargin="10"/><Value value="-999" property="missing"/></DataField>';
  const plain = '<DataField name="f" optype="continuous" dataType="double"/>';

  it('are replaced where they are missing', () => {
    expect(
      outputList(answersOf(model(bounded, 'missingValueReplacement="3"'), [{}, { f: -999 }, { f: 4 }])),
    ).toEqual([3, 3, 4]);
  });

  it('refuse a row with an invalid value, or take it as the document says', () => {
    expect(() => answersOf(model(bounded, ''), [{ f: 1 }, { f: 11 }])).toThrow(
      'row 1, column "f": 11 is not from 0 to 10',
    );
    expect(outputList(answersOf(model(bounded, 'invalidValueTreatment="asIs"'), [{ f: 11 }]))).toEqual([11]);
    expect(
      outputList(
        answersOf(model(bounded, 'invalidValueTreatment="asMissing" missingValueReplacement="2"'), [
          { f: 11 },
        ]),
      ),
    ).toEqual([2]);
    expect(
      outputList(
        answersOf(model(bounded, 'invalidValueTreatment="asValue" invalidValueReplacement="1"'), [{ f: 11 }]),
      ),
    ).toEqual([1]);
  });

  it('refuse a missing value where the document says so', () => {
    expect(() => answersOf(model(plain, 'missingValueTreatment="returnInvalid"'), [{}])).toThrow('missing');
  });

  it('cut outliers, or take them as missing', () => {
    const bounds = 'lowValue="0" highValue="10"';
    expect(
      outputList(
        answersOf(model(plain, `outliers="asExtremeValues" ${bounds}`), [{ f: -1 }, { f: 5 }, { f: 11 }]),
      ),
    ).toEqual([0, 5, 10]);
    expect(
      outputList(
        answersOf(model(plain, `outliers="asMissingValues" missingValueReplacement="7" ${bounds}`), [
          { f: 11 },
        ]),
      ),
    ).toEqual([7]);
  });
});

describe('vectors of numbers', () => {
  const network = (from: string): string =>
    documentOf(`<NeuralNetwork functionName="regression" activationFunction="identity">${NUMBERS}
<NeuralInputs><NeuralInput id="a"><DerivedField optype="continuous" dataType="double"><FieldRef field="x"/></DerivedField></NeuralInput></NeuralInputs>
<NeuralLayer><Neuron id="b" bias="1"><Con from="${from}" weight="2"/></Neuron></NeuralLayer>
<NeuralOutputs><NeuralOutput outputNeuron="b"><DerivedField optype="continuous" dataType="double"><FieldRef field="y"/></DerivedField></NeuralOutput></NeuralOutputs></NeuralNetwork>`);
  const clusters = (second: string, count = 2): string =>
    documentOf(`<ClusteringModel functionName="clustering" modelClass="centerBased" numberOfClusters="${count}">
<MiningSchema><MiningField name="x"/><MiningField name="z"/></MiningSchema>
<ComparisonMeasure kind="distance"><squaredEuclidean/></ComparisonMeasure><ClusteringField field="x"/><ClusteringField field="z"/>
<Cluster id="near"><Array n="2" type="real">0 0</Array></Cluster><Cluster><Array type="real">${second}</Array></Cluster></ClusteringModel>`);
  const invalid = expect.objectContaining({ code: 'MODEL_INVALID' });

  it('go through neurons that stand before those that take them', () => {
    expect(outputList(answersOf(network('a'), [{ x: 3 }, {}]))).toEqual([7, NaN]);
    for (const from of ['b', 'c']) expect(() => readText(network(from))).toThrow(invalid);
  });

  it('are nearest to a cluster, also where some are missing', () => {
    expect(outputList(answersOf(clusters('4 4'), [{ x: 1, z: 1 }, { x: 3, z: 3 }, { x: 3 }]))).toEqual([
      'near',
      '2',
      '2',
    ]);
    expect(() => readText(clusters('4'))).toThrow(invalid);
    expect(() => readText(clusters('4 4', 3))).toThrow(invalid);
  });

  it('meet support vectors by kernels', () => {
    const machine = (vector: string): string =>
      documentOf(`<SupportVectorMachineModel functionName="classification" classificationMethod="OneAgainstOne">${CLASSES}
<PolynomialKernelType gamma="1" coef0="1" degree="2"/><VectorDictionary numberOfVectors="1"><VectorFields numberOfFields="2"><FieldRef field="x"/><FieldRef field="z"/></VectorFields>
<VectorInstance id="v"><REAL-SparseArray n="2"><Indices>${vector}</Indices><REAL-Entries>2</REAL-Entries></REAL-SparseArray></VectorInstance></VectorDictionary>
<SupportVectorMachine targetCategory="yes" alternateTargetCategory="no"><SupportVectors><SupportVector vectorId="v"/></SupportVectors>
<Coefficients absoluteValue="-9"><Coefficient value="1"/></Coefficients></SupportVectorMachine></SupportVectorMachineModel>`);
    expect(
      outputList(
        answersOf(machine('2'), [
          { x: 9, z: 0.5 },
          { x: 0, z: 1 },
        ]),
      ),
    ).toEqual(['yes', 'no']);
    expect(() => readText(machine('3'))).toThrow(invalid);
  });
});

describe('a document', () => {
  it('says what it is, who wrote it and how many models it holds', () => {
    const description = readText(tree(''));
    expect(description).toMatchObject({ format: 'pmml', framework: { name: 'Test', version: '1' } });
    expect(description.outline).toMatchObject({
      class: 'PMML TreeModel',
      params: { version: '4.3', functionName: 'classification' },
    });
  });

  it.each([
    [tree('').replace('value="5"', 'value="NaN"'), 'MODEL_INVALID'],
    [tree('').replace('defaultChild="2"', 'defaultChild="0"'), 'MODEL_INVALID'],
    [tree('').replaceAll('recordCount="8"', 'recordCount="-8"'), 'MODEL_INVALID'],
    [tree('').replace('PMML-4_3', 'PMML-2_1'), 'MODEL_UNSUPPORTED'],
    ['<svg/>', 'READ_CORRUPT'],
  ])('that lies is refused', (text, code) => {
    expect(() => readText(text)).toThrow(expect.objectContaining({ code }));
  });

  it('answers outputs by their names, and leaves out those that it does not understand', () => {
    const output = `<Output><OutputField name="label" feature="predictedValue"/><OutputField name="node" feature="entityId" dataType="string"/>
<OutputField name="twice" feature="transformedValue" dataType="double"><Apply function="*"><FieldRef field="x"/><Constant>2</Constant></Apply></OutputField>
<OutputField name="error" feature="standardError"/><OutputField name="choice" feature="decision"/></Output>`;
    const text = tree('').replace('<Node id="0"', `${output}<Node id="0"`);
    const outputs = answersOf(text, [{ x: 4 }]);
    expect(Object.keys(outputs)).toEqual(['predict', 'predict_proba', 'node', 'twice']);
    expect([outputList(outputs, 'node'), outputList(outputs, 'twice')]).toEqual([['1'], [8]]);
    expect(readText(text).notes.map(({ text: note }) => note)).toEqual([
      expect.stringContaining('"error" is left out'),
      expect.stringContaining('"choice" is left out'),
    ]);
  });

  it('with a wrong count of fields is read, and a note says so', () => {
    const { notes } = readText(tree('').replace('<DataDictionary>', '<DataDictionary numberOfFields="7">'));
    expect(notes).toMatchObject([{ level: 'warning', text: expect.stringContaining('numberOfFields="7"') }]);
  });

  it('may be written with a prefix, in UTF-16', () => {
    const prefixed = tree('')
      .replaceAll(/<(\/?)([A-Z])/g, '<$1p:$2')
      .replace('xmlns=', 'xmlns:p=');
    expect(outputList(answersOf(prefixed, [{ x: 9 }]))).toEqual(['yes']);
  });
});
