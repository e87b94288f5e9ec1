import type { PmmlModel } from './models.ts';

/** Whether a classification gives a probability for each class, and not its winner alone. */
export function givesProbabilities(model: PmmlModel, models: readonly PmmlModel[]): boolean {
  if (model.task !== 'classification') return false;
  switch (model.kind) {
    case 'tree':
      return model.nodes.every((node) => node.children.length > 0 || node.distribution !== null);
    case 'support-vector-machine':
    case 'clustering':
    case 'scorecard':
      return false;
    case 'regression':
    case 'general-regression':
    case 'naive-bayes':
    case 'neural-network':
      return true;
    case 'mining':
      return model.method === 'selectFirst' || model.method === 'modelChain'
        ? model.segments.every(
            (segment, i) =>
              (model.method === 'modelChain' && i < model.segments.length - 1) ||
              partGives(models[segment.model], models),
          )
        : true;
  }
}

const partGives = (part: PmmlModel | undefined, models: readonly PmmlModel[]): boolean =>
  part !== undefined && givesProbabilities(part, models);
