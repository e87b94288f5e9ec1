import { blockOf } from '../../engine/native/block.ts';
import { prepareStep } from '../../engine/native/prepare.ts';
import type { Batch } from '../../model/batch.ts';
import type { ModelContent } from '../../model/description.ts';
import { modelEncoding, singleSources } from '../encoding.ts';
import type { ExplainedModel } from '../explained-model.ts';
import { splitModel } from '../split-model.ts';
import { type AskedModel, askedSearch, modelColumns } from './asked-search.ts';
import { cellsOfRow, type RowCell, rowsOfCells } from './changed-rows.ts';
import { rowDistance, type SearchedColumn } from './column-choices.ts';
import { linearSearcher } from './linear-search.ts';
import { type ColumnChain, columnChains } from './monotone-columns.ts';
import type { RowSearcher, SearchedRow, SearchOutcome } from './outcome.ts';
import type { CounterfactualRequest } from './request.ts';
import { columnDomains } from './searched-columns.ts';
import { treeSearcher } from './tree-search.ts';
import { type DecidingOutput, decidedAnswers, isWantedAnswer } from './wanted.ts';

/** Rows of a background from which a search starts. */
const STARTS = 20;

/** Searches rows one by one. */
export interface RowSearch {
  readonly columns: readonly SearchedColumn[];
  search(row: SearchedRow): Promise<SearchOutcome>;
}

/** What is asked of every row. */
export interface SearchQuestion extends AskedModel {
  readonly output: DecidingOutput;
  readonly answer: (batch: Batch) => Promise<Float64Array>;
}

/**
 * How the rows of a model are searched: trees and linear models by what is read of them, and what that does not answer by asking the model.
 */
export async function rowSearch(
  model: ExplainedModel,
  { rules, background, budget }: CounterfactualRequest,
  question: SearchQuestion,
): Promise<RowSearch> {
  const { signature } = model.content;
  const specs = signature.form === 'tensors' ? [] : signature.columns;
  const domains = columnDomains(specs, rules, background);
  const others = background === null ? [] : await answeredRows(background, question);
  const read = readSearcher(model.content, domains, { ...question, budget });
  const asking = modelColumns(domains);
  const columns = read?.columns ?? asking;
  const nearestOf = (row: SearchedRow): readonly (readonly RowCell[])[] => {
    const wanted = others.filter(({ answer }) => isWantedAnswer(question.wanted, row.given, answer));
    const ranked = wanted.map(({ cells }) => ({ cells, distance: rowDistance(columns, row.cells, cells) }));
    return ranked
      .sort((a, b) => a.distance - b.distance)
      .slice(0, STARTS)
      .map(({ cells }) => cells);
  };
  const search = async (row: SearchedRow): Promise<SearchOutcome> => {
    const starts = nearestOf(row);
    const outcome = read?.search(row, starts) ?? null;
    if (outcome !== null && (outcome.cells !== null || outcome.isExact)) return outcome;
    const asked = await askedSearch(question, columns, domains, starts, row);
    return { ...asked, lowerBound: outcome?.lowerBound ?? null };
  };
  return { columns, search };
}

async function answeredRows(background: Batch, { answer }: SearchQuestion) {
  const answers = await answer(background);
  return Array.from(answers, (told, row) => ({ answer: told, cells: cellsOfRow(background, row) }));
}

function readSearcher(
  content: ModelContent,
  domains: ReturnType<typeof columnDomains>,
  { rows, wanted, output, budget }: SearchQuestion & { readonly budget: number },
): RowSearcher | null {
  if (content.kind !== 'steps' || rows.rows === 0) return null;
  const names = domains.map(({ spec }) => spec.name);
  const { outputs } = prepareStep(content.root, names);
  const { before } = splitModel(content.root);
  const encoding = modelEncoding(content.root, names);
  const sources = singleSources(encoding.sources);
  if (outputs === undefined || sources === null) return null;
  const own = names.map((_, k): ColumnChain => ({ source: k, isMonotone: true, isAffine: true }));
  const isWanted = (cells: readonly RowCell[], given: number): boolean => {
    const batch = rowsOfCells(rows, 1, (_, k) => cells[k] ?? null);
    return isWantedAnswer(wanted, given, decidedAnswers(outputs(blockOf(batch)), output)[0] ?? -1);
  };
  const chains = before === null ? own : columnChains(before, own);
  const { predictor } = encoding;
  if (predictor.kind === 'tree-ensemble' || predictor.kind === 'catboost') {
    const parts = { encoding, predictor, sources, chains, domains, rows, wanted, isWanted, budget };
    return treeSearcher(parts, cellsOfRow(rows, 0));
  }
  if (
    predictor.kind === 'linear-regressor' ||
    predictor.kind === 'linear-classifier' ||
    predictor.kind === 'linear-booster'
  )
    return linearSearcher({ encoding, predictor, sources, chains, domains, rows, wanted, isWanted });
  return null;
}
