/** All that can be told of a file without running anything of it: the same from a process and in a browser. Pure. */
import type { ModelDescription, NamedGlobal } from '../model/description.ts';
import { type OutlinedModel, outlineModel } from '../outline/model-outline.ts';
import type { ModelOutline } from '../outline/outline-schemas.ts';
import { type SignatureOutline, signatureOutline } from '../outline/signature-outline.ts';
import { type EngineReports, engineReports } from './engines.ts';
import { type CompileObstacle, dangerIn, membersIn, obstaclesIn } from './obstacles.ts';
import type { SkewFinding } from './skew/finding.ts';
import { skewOf } from './skew/skew.ts';

/** `runs`: an engine takes it as data; `dangerous`: loading it in Python would run code; `blocked`: neither. */
export type Verdict = 'runs' | 'dangerous' | 'blocked';

/** Names in a file, by what they mean. */
export interface FileNames {
  /** How many are understood as data, and the packages that they are of. */
  readonly known: number;
  readonly packages: readonly string[];
  /** Those that are not: the dangerous ones first. */
  readonly foreign: readonly NamedGlobal[];
  readonly moreForeign: number;
}

export interface ExaminedFile {
  readonly file: string;
  readonly size: number;
  readonly verdict: Verdict;
  readonly outline: ModelOutline;
  readonly signature: SignatureOutline | null;
  readonly engines: EngineReports | null;
  /** Rows with their answers that the file brings. */
  readonly goldenRows: number;
  readonly names: FileNames;
  readonly obstacles: readonly CompileObstacle[];
  /** Models that may be meant, where the file holds several. */
  readonly members: readonly string[];
  readonly skew: readonly SkewFinding[];
}

const FOREIGN_MOST = 100;

/** What there is to tell of a description, and the model whose trees can be asked for. Errors: those of reading a graph. */
export function examineFile(
  { name, size }: { readonly name: string; readonly size: number },
  description: ModelDescription,
): { readonly examined: ExaminedFile; readonly model: OutlinedModel } {
  const { content, globals, blockers } = description;
  const model = outlineModel(description);
  const engines = content && engineReports(content);
  const obstacles = obstaclesIn({ globals, blockers, engines });
  return {
    model,
    examined: {
      ...{ file: name, size, engines, obstacles, outline: model.outline },
      verdict: verdictOf(description, engines),
      signature: content && signatureOutline(content.signature),
      goldenRows: content?.kind === 'steps' ? (content.goldenRows?.rows.length ?? 0) : 0,
      names: namesIn(globals),
      members: membersIn(blockers),
      skew: skewOf(description),
    },
  };
}

function verdictOf({ globals }: ModelDescription, engines: EngineReports | null): Verdict {
  if (dangerIn(globals) !== null) return 'dangerous';
  return engines !== null && (engines.native.runs || engines.onnx.runs) ? 'runs' : 'blocked';
}

function namesIn(globals: readonly NamedGlobal[]): FileNames {
  const of = (wanted: NamedGlobal['meaning']) => globals.filter(({ meaning }) => meaning === wanted);
  const known = of('known');
  const foreign = [...of('dangerous'), ...of('unknown')];
  return {
    known: known.length,
    packages: [...new Set(known.map(({ module }) => module.split('.', 1).join('')))].sort(),
    foreign: foreign.slice(0, FOREIGN_MOST),
    moreForeign: Math.max(0, foreign.length - FOREIGN_MOST),
  };
}
