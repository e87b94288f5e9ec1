import { PlimsollError } from '../../core/errors.ts';
import type { ModelDescription, OutlineNode } from '../../model/description.ts';
import type { FileGoldenRows } from '../../model/file-golden-rows.ts';
import type { PmmlStep } from '../../model/pmml/step.ts';
import { ReadBudget } from '../budget.ts';
import { contentOrBlocker } from '../content-or-blocker.ts';
import type { ByteSource, FileFormatReader } from '../format.ts';
import { answerOf, extrasOf } from './answer.ts';
import { PmmlDictionary } from './dictionary.ts';
import { readOutermost } from './model.ts';
import type { ReadPmmlModel } from './output.ts';
import { modelElements } from './place.ts';
import { PmmlReading } from './reading.ts';
import type { PmmlDocument } from './schema.ts';
import { PmmlProgram } from './scope.ts';
import { decodeXml, looksLikeXml } from './text.ts';
import { readVerification } from './verification.ts';
import { parseXml, type XmlElement } from './xml.ts';

/** 3.2 has the elements of 4.0 that are read, and programs that write it are still in use. */
const VERSIONS = ['3.2', '4.0', '4.1', '4.2', '4.3', '4.4'];

/** PMML 4.0 to 4.4 (https://dmg.org/pmml): an XML document that describes fields, transformations and models. */
export const pmmlFormat: FileFormatReader = {
  id: 'pmml',
  match: looksLikeXml,
  read(source, context) {
    const budget = new ReadBudget(context);
    budget.check('fileBytes', source.size, 'the file', 0);
    const text = decodeXml(bytesOf(source, budget));
    const root = parseXml(text, budget);
    const reading = new PmmlReading(text, root, budget);
    const version = versionOf(reading, root);
    return describe(reading, root, version);
  },
};

function bytesOf(source: ByteSource, budget: ReadBudget): Uint8Array {
  // Its bytes, the text that they spell, and what decoding takes in between.
  budget.charge(4 * source.size, 'the file', 0);
  return source.slice(0, source.size);
}

/** The version, from the namespace as consumers read it, else from the attribute. */
function versionOf(reading: PmmlReading, root: XmlElement): string {
  if (reading.nameOf(root) !== 'PMML')
    throw new PlimsollError('READ_CORRUPT', {
      what: 'an XML document',
      offset: root.offset,
      found: `<${root.name}>`,
      wanted: '<PMML>, the only kind of XML that is read',
    });
  const { attributes } = root;
  const namespace = attributes.find((text, i) => i % 2 === 1 && text.includes('dmg.org/PMML-')) ?? '';
  const spaced = /PMML-(\d)_(\d)/.exec(namespace);
  const stated = spaced === null ? (reading.attribute(root, 'version') ?? '') : `${spaced[1]}.${spaced[2]}`;
  // 4.4.1 is 4.4 with errata.
  const version = VERSIONS.find((known) => stated === known || stated.startsWith(`${known}.`));
  if (version === undefined)
    throw reading.unsupported(root, 'version', `"${stated.slice(0, 20)}"`, `${VERSIONS.join(', ')} are`);
  return version;
}

function describe(reading: PmmlReading, root: XmlElement, version: string): ModelDescription {
  const document = documentOf(reading, root);
  const [element, ...others] = modelElements(document, root);
  const application = applicationOf(reading, root);
  if (element === undefined)
    throw reading.unsupported(root, 'the model', modelName(reading, root), 'one element of a model is');
  const known = {
    format: 'pmml',
    framework: application,
    compression: null,
    outline: outlineOf(reading, element, version),
    globals: [],
  };
  if (others.length > 0)
    reading.notes.push({
      level: 'warning',
      text: `the document holds ${others.length + 1} models; the first one is read`,
    });
  let goldenRows: FileGoldenRows | null = null;
  const read = contentOrBlocker(() => {
    const outermost = readOutermost(document, element);
    const step = stepOf(document, element, outermost);
    goldenRows = readVerification(document, element, outermost, step);
    return step;
  });
  const content = read.content && goldenRows ? { ...read.content, goldenRows } : read.content;
  return { ...known, notes: reading.notes, blockers: read.blockers, content };
}

const modelName = (reading: PmmlReading, root: XmlElement): string =>
  root.children.map((child) => reading.nameOf(child)).find((name) => /Model|Network|Scorecard/.test(name)) ??
  'missing';

const documentOf = (reading: PmmlReading, root: XmlElement): PmmlDocument => ({
  program: new PmmlProgram(reading),
  dictionary: new PmmlDictionary(reading, root),
  transformations: reading.child(root, 'TransformationDictionary'),
  columns: [],
  names: [],
});

/** The program that wrote the document, as its header says. */
function applicationOf(reading: PmmlReading, root: XmlElement): ModelDescription['framework'] {
  const header = reading.child(root, 'Header');
  const application = header === null ? null : reading.child(header, 'Application');
  return {
    name: (application && reading.attribute(application, 'name')) ?? 'pmml',
    version: application && reading.attribute(application, 'version'),
  };
}

function stepOf(document: PmmlDocument, element: XmlElement, read: ReadPmmlModel): PmmlStep {
  const { program, columns, names } = document;
  const extras = extrasOf(program, read);
  const used = new Set(program.fields.flatMap((field) => (field.kind === 'input' ? [field.column] : [])));
  return {
    kind: 'pmml',
    origin: { ...program.reading.origin(element), path: '' },
    features: columns.length,
    featureNames: names,
    columns: columns.map((need, i) => ({ ...need, used: used.has(i) })),
    fields: program.fields,
    models: program.models,
    answer: answerOf(program, element, program.modelAt(read.index)),
    extras,
  };
}

/** Parts of a model worth naming in an outline. */
const OUTLINED = 40;

function outlineOf(reading: PmmlReading, element: XmlElement, version: string | null): OutlineNode {
  const segmentation = reading.child(element, 'Segmentation');
  const segments = segmentation === null ? [] : reading.all(segmentation, 'Segment');
  const origin = reading.origin(element);
  const attributes = [
    'functionName',
    'algorithmName',
    'modelName',
    'normalizationMethod',
    'missingValueStrategy',
  ];
  const params: [string, string][] = attributes.flatMap((name) => {
    const value = reading.attribute(element, name);
    return value === null ? [] : [[name, value] as [string, string]];
  });
  if (version !== null) params.unshift(['version', version]);
  if (segmentation !== null) {
    params.push(['segments', String(segments.length)]);
    params.push(['multipleModelMethod', reading.attribute(segmentation, 'multipleModelMethod') ?? '']);
  }
  const models = segments.flatMap((segment) =>
    segment.children.filter((child) => /Model$|Network$|^Scorecard$/.test(reading.nameOf(child))),
  );
  return {
    path: '',
    class: origin.class,
    offset: origin.offset,
    params: Object.fromEntries(params),
    children: models
      .slice(0, segments.length > OUTLINED ? 1 : OUTLINED)
      .map((model) => outlineOf(reading, model, null)),
  };
}
