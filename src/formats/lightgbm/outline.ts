import type { OutlineNode } from '../../model/description.ts';
import type { StepOrigin } from '../../model/step-base.ts';
import type { LightgbmModel } from './model-text.ts';

/** Characters of a text in which its header is looked for: names of many columns come after what is wanted of it. */
const HEAD = 2 ** 16;

/** What a booster is, in a few words, as `inspect` shows it. */
export function boosterOutline(model: LightgbmModel, { path, class: name, offset }: StepOrigin): OutlineNode {
  const iterations = model.treesInFile / model.treesPerIteration;
  const boosting = model.parameters.get('boosting');
  return {
    path,
    class: name,
    offset,
    params: {
      objective: model.objective || 'none (raw scores)',
      ...(boosting === undefined ? {} : { boosting }),
      trees: String(model.treesInFile),
      ...(model.treesPerIteration === 1 ? {} : { iterations: String(iterations) }),
      leaves: `up to ${model.mostLeaves}`,
      columns: String(model.columnNames.length),
      ...(model.arena.linear === undefined ? {} : { linear_tree: 'True' }),
      version: model.version,
    },
    children: [],
  };
}

/** The same of a text that lies within a pickle, without reading all of it. */
export function boosterTextParams(text: string): Readonly<Record<string, string>> {
  const head = text.slice(0, HEAD);
  const lineOf = (key: string): string | undefined => new RegExp(`^${key}=(.*)$`, 'm').exec(head)?.[1];
  const sizes = /^tree_sizes=(.*)$/m.exec(text.slice(0, text.indexOf('\nTree=') + 1))?.[1];
  return {
    objective: lineOf('objective') ?? 'none (raw scores)',
    ...(sizes === undefined ? {} : { trees: String(sizes.trim().split(' ').length) }),
    version: lineOf('version') ?? '',
  };
}
