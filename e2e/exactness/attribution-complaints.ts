import { attributionDeviations } from './attributions.ts';
import type { Replay } from './replay.ts';

/** Numbers of XGBoost are float32, as are those by which shap explains some trees. */
const TOLERANCE = 1e-6;

/** Where trees are explained otherwise than the library or shap explains them, than all coalitions come to, or add up to something else. */
export async function attributionComplaints(replay: Replay): Promise<string[]> {
  const deviations = await attributionDeviations(replay);
  return deviations
    .filter(({ largest }) => !(largest <= TOLERANCE))
    .map(({ method, from, largest }) => `${method} is ${largest} from ${from}`);
}
