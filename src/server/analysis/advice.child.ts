/** Entry of the short-lived process that advises: queues are simulated, which would hold whoever answers others. */
import { constants, setPriority } from 'node:os';
import { advise } from '../../advise/advice/advise.ts';
import { describedCost } from '../../advise/cost/described-cost.ts';
import { blueprintOf } from '../../advise/files/from-advice.ts';
import { adviseFiles } from '../../advise/files/render.ts';
import { parseNeeds } from '../../advise/needs/needs.ts';
import { builtInPrices } from '../../advise/prices/built-in.ts';
import { PlimsollError } from '../../core/errors.ts';
import { answerChildJob } from '../../process/child-job.ts';
import type { AdviceAnswer } from '../advice/advice-view.ts';
import type { AdviceRequest } from '../advice/advice-work.ts';

const DESCRIBED = 'The model did not run here: these are the times of its description.';
const NO_FILES = { files: [], commands: [], fill: [] };

async function work({ needs: document, cost, model }: AdviceRequest): Promise<Omit<AdviceAnswer, 'traffic'>> {
  setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
  const needs = parseNeeds(document);
  const isDescribed = needs.model !== null && typeof needs.model !== 'string';
  const own = isDescribed ? describedCost(needs.name, needs.model as never) : cost;
  if (own === null) {
    const problem = 'model is missing, wanted a version "churn@3", or a description such as {perRow: "30us"}';
    throw new PlimsollError('ADVICE_INVALID', { what: 'these needs', problems: problem, list: [problem] });
  }
  const advice = advise(needs, own, builtInPrices(), isDescribed ? DESCRIBED : null);
  const { advised } = advice;
  const blueprint = model === null || advised === null ? null : blueprintOf(advice, advised, model);
  if (blueprint === null) return { advice, files: NO_FILES };
  const { files, groups } = adviseFiles(blueprint);
  return {
    advice,
    files: {
      files: [...files],
      commands: groups.flatMap(({ commands }) => [...commands]),
      fill: groups.flatMap(({ fill }) => [...fill]),
    },
  };
}

answerChildJob('an advice', work);
