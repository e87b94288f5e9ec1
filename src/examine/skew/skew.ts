/** What the libraries that wrote a file would warn of, or break on, where another release loads it. Pure. */
import type { ModelDescription } from '../../model/description.ts';
import type { SkewFinding, SkewSubject } from './finding.ts';
import { packageSkew } from './package-skew.ts';
import { sklearnSkew } from './sklearn-skew.ts';

/** Formats that their libraries load by importing what is named in them. */
const IMPORTED: ReadonlySet<string> = new Set(['pickle', 'joblib', 'skops']);

/** What breaks first; empty of a file that no library imports anything for. */
export function skewOf({
  format,
  framework,
  globals,
}: Pick<ModelDescription, 'format' | 'framework' | 'globals'>): readonly SkewFinding[] {
  if (!IMPORTED.has(format)) return [];
  const { name, version } = framework;
  const isOwn = name === 'scikit-learn' || globals.some(({ module }) => module.startsWith('sklearn.'));
  const parts = /^(\d+)\.(\d+)/.exec((isOwn && version) || '');
  const subject: SkewSubject = {
    release: parts === null ? null : [Number(parts[1]), Number(parts[2])],
    version: parts === null ? null : version,
    find: (pattern) => globals.find((one) => pattern.test(`${one.module}.${one.name}`)) ?? null,
  };
  const found = [...sklearnSkew(subject), ...packageSkew(subject)];
  return [
    ...found.filter(({ level }) => level === 'breaks'),
    ...found.filter(({ level }) => level === 'warns'),
  ];
}
