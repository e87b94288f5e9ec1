import { basename } from 'node:path';
import { PlimsollError } from '../../core/errors.ts';
import { choicesOf, type ReadingChoices } from '../../model/reading-choices.ts';
import type { PythonDemands } from '../../python/demands.ts';
import type { Runtime } from '../version.ts';
import type { ModelSource } from './model-source.ts';

/** Whether a model is read as data, run with Python, or with Python only where it cannot be compiled. */
export type RuntimeRoute = 'data' | 'python' | 'either';

/** What is said about how a model is to run. */
export interface RuntimeRequest {
  readonly runtime: Runtime | null;
  readonly python: PythonDemands | null;
}

/**
 * Which way a model goes. Throws PYTHON_UNTRUSTED where it takes Python and nobody said that it may: before any interpreter
 * is started, or even looked for; CHOICES_UNREAD where Python alone is to read a file of which something is chosen. Pure.
 */
export function routeOf(
  source: ModelSource,
  request: RuntimeRequest,
  choices: ReadingChoices = {},
): RuntimeRoute {
  const route = demandedRoute(source, request);
  const said = Object.keys(choicesOf(choices));
  if (said.length === 0 || route === 'data') return route;
  if (route === 'either') return 'data';
  throw new PlimsollError('CHOICES_UNREAD', {
    choices: said.map((name) => `--${name}`).join(' and '),
    reason: 'it loads the file itself, and calls predict with the rows',
    way: `Leave out ${said.map((name) => `--${name}`).join(' and ')}: say it in a script, or in the file; or have the file read as data`,
  });
}

function demandedRoute(source: ModelSource, { runtime, python }: RuntimeRequest): RuntimeRoute {
  const script = python?.script ?? source.script;
  const trusted = python?.trust === true;
  const refuse = (reason: string): PlimsollError =>
    new PlimsollError('PYTHON_UNTRUSTED', { model: basename(source.path), reason, other: otherWay(source) });
  if (script !== null) {
    if (!trusted) throw refuse(`its script ${basename(script)} is code`);
    return 'python';
  }
  if (runtime === 'python') {
    if (source.kind === 'parts') throw refuse('nothing says how Python is to join its files');
    if (!trusted) throw refuse('loading it runs whatever its file says');
    return 'python';
  }
  if (source.data === null) {
    if (!trusted) throw refuse('nothing but Python can load it');
    return 'python';
  }
  return trusted && runtime === null && source.kind !== 'parts' ? 'either' : 'data';
}

const otherWay = ({ data, kind, script }: ModelSource): string =>
  data === null
    ? 'export it in a format that is compiled: ONNX, or a scikit-learn pickle'
    : kind === 'script' && script !== null
      ? `serve ${basename(data)} alone, which needs no Python`
      : kind === 'parts'
        ? 'leave out --runtime python: parts are joined as data; an inference.py beside them says how Python is to do it'
        : 'leave out --runtime python: most models are compiled and need none';
