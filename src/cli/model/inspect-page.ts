import type { EngineReport } from '../../examine/engines.ts';
import type { CompileBlocker } from '../../model/blocker.ts';
import { type NamedGlobal, type OutlineNode, WHICH_MODEL } from '../../model/description.ts';
import type { ColumnSpec, OutputSpec, Signature, TensorSpec } from '../../model/signature.ts';
import { type BlockerWay, LET_PYTHON, wayPast } from '../../model/way-past.ts';
import { topModule } from '../../registry/python/imports.ts';
import { bytesText } from '../../text/bytes.ts';
import { countText } from '../../text/count.ts';
import { frameworkText } from '../../text/framework.ts';
import { grouped } from '../../text/numbers.ts';
import { shellWord } from '../../text/shell.ts';
import { truncate } from '../../text/truncate.ts';
import { printable } from '../output/printable.ts';
import { formatTable } from '../output/table.ts';
import { styled, terminalWidth } from '../output/terminal.ts';
import { choiceWords } from './choice-words.ts';
import type { InspectReport } from './inspect-report.ts';
import { pythonSections } from './python/page.ts';
import { LOADED_ELSEWHERE, skewLines } from './skew-lines.ts';

/**
 * The page that a person reads: what it is, what it takes and answers, what it names, whether it runs. `path` is the file
 * as it was written, for the command to run next.
 */
export function inspectPage(report: InspectReport, path = report.file): string {
  const sections = [
    headline(report),
    ...(concernsPython(report) ? pythonSections(report.python) : []),
    report.outline && section('Estimators', outline(report.outline)),
    report.signature && signatureSections(report.signature),
    section('Names in the file', globals(report.globals)),
    notes(report),
    report.skew.length > 0 && section(LOADED_ELSEWHERE, skewLines(report.skew).join('\n')),
    verdict(report, path),
  ];
  return sections.filter(Boolean).join('\n\n');
}

/** Of a model that is compiled, and names nothing but what is read as data, Python imports nothing; a script is Python. */
const concernsPython = ({ kind, engines, globals, python }: InspectReport): boolean =>
  kind !== 'parts' &&
  (scriptIn(python) !== undefined || engines === null || globals.some(({ meaning }) => meaning !== 'known'));

const scriptIn = ({ runs }: InspectReport['python']): string | undefined =>
  runs.find(({ how }) => how === 'script')?.name;

const section = (title: string, body: string): string => `${styled('bold', title)}\n${body}`;

function headline({ file, size, format, compression, framework }: InspectReport): string {
  const written = FORMATS.get(format) ?? format;
  const library = frameworkText(framework);
  const facts = [
    ...(library === written ? [] : [library]),
    compression ? `${written}, ${compression}` : written,
    bytesText(size),
  ];
  return `${styled('bold', file)}: ${facts.join(' · ')}`;
}

/** Formats as their libraries call them, where the name of the library stands before. */
const FORMATS: ReadonlyMap<string, string> = new Map([
  ['xgboost-json', 'JSON'],
  ['xgboost-ubj', 'UBJSON'],
  ['xgboost-binary', 'binary'],
  ['lightgbm', 'text'],
  ['catboost-json', 'JSON'],
  ['catboost-cbm', 'cbm'],
  ['onnx', 'ONNX'],
  ['pmml', 'PMML'],
]);

const CLASS_WIDTH = 110;
/** Fewer characters of parameters say nothing. */
const CLASS_LEAST = 8;
/** Between the name of a class and its parameters. */
const GAP = 2;

/** What a part is called by its composite goes behind the attribute that holds it. */
const HOLDS_PARTS = /^(?:steps|transformers|transformer_list)\./;

/** The estimator tree with the parameters worth showing. */
function outline(node: OutlineNode, prefix = '  ', lead = '  ', parent = ''): string {
  const name = node.path.slice(parent === '' ? 0 : parent.length + 1).replace(HOLDS_PARTS, '');
  const params = Object.entries(node.params).map(([key, value]) => `${key}=${value}`);
  const head = `${name ? `${name}: ` : ''}${node.class.split('.').at(-1)}`;
  const room = Math.min(CLASS_WIDTH, terminalWidth() - lead.length - GAP) - head.length;
  const shown = room < CLASS_LEAST ? '' : truncate(params.join(', '), room);
  const lines = [`${lead}${head}${shown ? styled('dim', `  ${shown}`) : ''}`];
  node.children.forEach((child, i) => {
    const last = i === node.children.length - 1;
    lines.push(
      outline(child, `${prefix}${last ? '   ' : '│  '}`, `${prefix}${last ? '└─ ' : '├─ '}`, node.path),
    );
  });
  return lines.join('\n');
}

const COLUMNS_SHOWN = 40;

function signatureSections(signature: Signature): string {
  return [
    section(takesTitle(signature), inputs(signature)),
    section('Answers', outputs(signature.outputs)),
    ...(signature.extras === undefined
      ? []
      : [section('Answers on request, by --outputs or named in a V2 request', outputs(signature.extras))]),
  ].join('\n\n');
}

function takesTitle(signature: Signature): string {
  switch (signature.form) {
    case 'text':
      return 'Takes one text a row';
    case 'labels':
      return 'Takes one label a row';
    case 'tensors':
      return `Takes ${countText(signature.tensors.length, 'tensor')}`;
    case 'table':
      return `Takes ${countText(signature.columns.length, 'column')}`;
  }
}

function inputs(signature: Signature): string {
  if (signature.form === 'tensors') {
    return formatTable(
      signature.tensors.map((spec) => [spec.name, spec.dtype, shape(spec.shape), contentText(spec)]),
    );
  }
  const rows = signature.columns.slice(0, COLUMNS_SHOWN).map(columnRow);
  const more = signature.columns.length - rows.length;
  const unnamed = signature.columns.every((column) => !column.named) && signature.form === 'table';
  return [
    formatTable(rows),
    ...(more > 0 ? [`  … ${countText(more, 'more column')} (all of them with --json)`] : []),
    ...(unnamed ? [styled('dim', '  The file names no columns: rows are lists in this order.')] : []),
  ].join('\n');
}

/** What may stand for the numbers of an input. */
function contentText({ content }: TensorSpec): string {
  if (content === undefined) return '';
  if (content.type === 'audio') return `or audio/wav of ${content.samplingRate} Hz`;
  const { mode, resize, crop } = content;
  const size = resize === null ? '' : `, resized (${resize.resample})`;
  return `or image/png, image/jpeg in ${mode}${size}${crop === null ? '' : ', cropped'}`;
}

const CATEGORIES_SHOWN = 4;

function columnRow(column: ColumnSpec): string[] {
  const facts: string[] = [];
  if (column.nullable) facts.push('may be missing');
  if (column.categories) {
    const some = column.categories.slice(0, CATEGORIES_SHOWN).map((value) => JSON.stringify(value));
    const more = column.categories.length > CATEGORIES_SHOWN ? ', …' : '';
    facts.push(`${countText(column.categories.length, 'category', 'categories')}: ${some.join(', ')}${more}`);
    facts.push(column.unknown === 'error' ? 'any other is refused' : 'others are ignored');
  }
  return column.ignored
    ? [column.name, 'any', 'not used by the model']
    : [column.name, column.type, facts.join('; ')];
}

const CLASSES_SHOWN = 6;

function outputs(specs: readonly OutputSpec[]): string {
  return formatTable(
    specs.map((spec) => {
      const classes = spec.classes?.values ?? [];
      const some = classes.slice(0, CLASSES_SHOWN).map((value) => JSON.stringify(value));
      const facts =
        classes.length > 0 ? `classes ${some.join(', ')}${classes.length > CLASSES_SHOWN ? ', …' : ''}` : '';
      return [spec.name, spec.dtype, `${shape(spec.shape)}${spec.parts ? ` × ${spec.parts}` : ''}`, facts];
    }),
  );
}

const shape = (sizes: readonly number[]): string =>
  `[${sizes.map((size, axis) => (size >= 0 ? size : axis === 0 ? 'N' : '?')).join(', ')}]`;

const GLOBALS_SHOWN = 20;

/** Names by what they mean: how many are understood, and each one that is not. */
function globals(named: readonly NamedGlobal[]): string {
  if (named.length === 0) return '  none';
  const of = (meaning: NamedGlobal['meaning']) => named.filter((global) => global.meaning === meaning);
  const packages = [...new Set(of('known').map(({ module }) => topModule(module)))].sort();
  const lines = [
    `  ${of('known').length} understood as data${packages.length > 0 ? ` (${packages.join(', ')})` : ''}`,
  ];
  const listed = [...of('dangerous'), ...of('unknown')];
  for (const { module, name, offset, meaning } of listed.slice(0, GLOBALS_SHOWN)) {
    const line = `  ${meaning}: ${module}.${name} at byte ${grouped(offset)}`;
    lines.push(meaning === 'dangerous' ? styled('red', line) : styled('yellow', line));
  }
  if (listed.length > GLOBALS_SHOWN)
    lines.push(`  … ${countText(listed.length - GLOBALS_SHOWN, 'more name')}`);
  return lines.join('\n');
}

const NOTE_STYLE = { info: 'dim', warning: 'yellow', risk: 'red' } as const;

function notes({ notes: own, beside }: InspectReport): string | null {
  const all: InspectReport['notes'] = beside === null ? own : [...own, { level: 'info', text: beside }];
  if (all.length === 0) return null;
  const lines = all.map(({ level, text }) => `  ${styled(NOTE_STYLE[level], level)}: ${text}`);
  return section('Good to know', lines.join('\n'));
}

/** Whether it can be served, or what stands in the way and what to do. */
function verdict(report: InspectReport, path: string): string {
  const danger = report.globals.find(({ meaning }) => meaning === 'dangerous');
  if (danger !== undefined) return section('Cannot be served', dangerLines(report, danger).join('\n'));
  if (!report.engines) return section('Cannot be served yet', blockers(report));
  const { native, onnx } = report.engines;
  const engines = [
    engineLine('native', native, 'evaluated directly'),
    engineLine(
      'onnx',
      onnx,
      report.format === 'onnx' ? 'run in onnxruntime' : 'compiled to ONNX for onnxruntime',
    ),
  ];
  if (!native.runs && !onnx.runs)
    return section('Cannot be served yet', [...engines, '', nextWay(REPLACE)].join('\n'));
  const lines = [...engines, proofLine(report, native.runs && onnx.runs), '', nextLine(report, path)];
  return section('Runs', lines.join('\n'));
}

/** What proves it before it is served. */
function proofLine({ goldenRows }: InspectReport, both: boolean): string {
  const own = `the golden rows of the file (${grouped(goldenRows)}) are replayed before it is served.`;
  if (both) return `  The two check each other${goldenRows > 0 ? `, and ${own}` : ' before it is served.'}`;
  return goldenRows > 0
    ? `  Proof: ${own}`
    : '  One engine only: give expected outputs with --golden to have it checked.';
}

/** A folder brings its script along; one that was named has to be named again. */
function nextLine({ kind, python, choices }: InspectReport, path: string): string {
  const script = kind === 'file' ? scriptIn(python) : undefined;
  const words = script === undefined ? '' : ` --script ${printable(shellWord(script))} --trust`;
  return `Next: plimsoll serve ${printable(shellWord(path) + choiceWords(choices))}${words}`;
}

const REPLACE: BlockerWay = { way: 'replace that step, and save the model again', isPythonOfUse: true };

const nextWay = ({ way, isPythonOfUse }: BlockerWay): string =>
  `Next: ${way}${isPythonOfUse ? `; or, ${LET_PYTHON}` : ''}.`;

const engineLine = (name: string, { runs, reason }: EngineReport, how: string): string =>
  runs ? `  ${styled('green', '✓')} ${name}: ${how}` : `  ${styled('yellow', '–')} ${name}: ${reason}`;

function dangerLines({ blockers }: InspectReport, { module, name }: NamedGlobal): readonly string[] {
  return [
    `  ${styled('red', '✗')} it names ${module}.${name}, which runs code on loading`,
    ...blockerLines(blockers),
    '',
    'Next: save the model without it, where it was trained.',
  ];
}

const DOCTOR = 'Nothing but Python can load it; `plimsoll doctor` says what that takes.';

function blockers(report: InspectReport): string {
  if (report.blockers.length === 0) return `  ${DOCTOR}`;
  const ways = report.blockers.map(wayPast);
  const next = ways.find(({ isPythonOfUse }) => !isPythonOfUse) ?? ways[0] ?? REPLACE;
  return [...blockerLines(report.blockers), '', nextWay(next)].join('\n');
}

const blockerLines = (all: readonly CompileBlocker[]): readonly string[] =>
  all.flatMap(({ path, class: name, field, found, wanted, offset }) => [
    `  ${styled('red', '✗')} ${path || 'the model'} (${name.split('.').at(-1)}), byte ${grouped(offset)}`,
    `    ${field} is ${found}${field === WHICH_MODEL ? '' : `; ${wanted} supported`}`,
  ]);
