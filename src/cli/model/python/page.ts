/** What Python would import and run, for people. */

import type { ExecutedName, ImportedModule, ModuleOrigin } from '../../../registry/python/imports.ts';
import { countText } from '../../../text/count.ts';
import { grouped } from '../../../text/numbers.ts';
import { formatTable } from '../../output/table.ts';
import { styled } from '../../output/terminal.ts';
import type { PythonReport, RequirementsReport } from './report.ts';

/** Things of one kind that are listed; `--json` has all. */
const SHOWN = 20;

const NOTES: Readonly<Record<ModuleOrigin, string>> = {
  'not found': 'in no known package: bring it with --code',
  'own code': 'comes with the model',
  distribution: '',
  'standard library': 'part of Python',
};

/** A section of titled lines; what is empty is left out. */
export function pythonSections(report: PythonReport): readonly string[] {
  const { imports, runs, requirements } = report;
  return [
    ...(imports.length > 0 ? [titled('Python would import', importTable(report))] : []),
    ...(runs.length > 0 ? [titled('Python would run', listed(runs.map(runLine)))] : []),
    ...(requirements === null ? [] : [titled(`Packages (${requirements.path})`, packageLines(requirements))]),
  ];
}

const titled = (title: string, body: string): string => `${styled('bold', title)}\n${body}`;

const importTable = ({ imports, nearby }: PythonReport): string => {
  const rows = imports.slice(0, SHOWN).map((one) => [one.module, noteOn(one, nearby), namesOf(one)]);
  const more = imports.length - rows.length;
  return [formatTable(rows), ...(more > 0 ? [`  … ${countText(more, 'more module')}`] : [])].join('\n');
};

function noteOn({ module, from, distribution }: ImportedModule, nearby: PythonReport['nearby']): string {
  if (distribution !== null) return `of ${distribution}`;
  const path = Object.hasOwn(nearby, module) ? nearby[module] : undefined;
  if (path !== undefined) return `not brought along: --code ${path}`;
  return NOTES[from];
}

/** Of what has to be brought it matters what is wanted of it; of libraries, only how much. */
function namesOf({ from, names }: ImportedModule): string {
  if (from === 'distribution' || from === 'standard library') return countText(names.length, 'name');
  const more = names.length > 3 ? ', …' : '';
  return `${names.slice(0, 3).join(', ')}${more}`;
}

function runLine({ name, how, offset }: ExecutedName): string {
  if (how === 'script') return `${name}, the script, for each request`;
  const at = `at byte ${grouped(offset ?? 0)}`;
  return how === 'called'
    ? styled('red', `${name}, called while the file is loaded, ${at}`)
    : styled('yellow', `${name}, named ${at}`);
}

const PINS = {
  exact: '',
  range: 'a range: pinned once, when it is registered',
  any: 'no version: pinned once, when it is registered',
};

function packageLines({ packages, problem }: RequirementsReport): string {
  if (problem !== null) return `  ${styled('red', problem)}`;
  if (packages.length === 0) return '  none';
  const loose = packages.filter(({ pin }) => pin !== 'exact');
  const pinned = `${countText(packages.length - loose.length, 'package')} pinned`;
  return [`  ${pinned}`, ...listed(loose.map(({ name, pin }) => `${name}: ${PINS[pin]}`)).split('\n')]
    .filter((line) => line.trim() !== '')
    .join('\n');
}

function listed(lines: readonly string[]): string {
  const more = lines.length - SHOWN;
  const shown = lines.slice(0, SHOWN).map((line) => `  ${line}`);
  return [...shown, ...(more > 0 ? [`  … ${grouped(more)} more`] : [])].join('\n');
}
