/** What the process that advises is asked: plain data. */
import type { ModelCost } from '../../advise/cost/model-cost.ts';
import type { BlueprintModel } from '../../advise/files/blueprint.ts';

export interface AdviceRequest {
  /** A document of needs; its model has been found already. */
  readonly needs: Readonly<Record<string, unknown>>;
  /** Null where the needs describe the model. */
  readonly cost: ModelCost | null;
  /** As files name the model; null where there are none. */
  readonly model: BlueprintModel | null;
}
