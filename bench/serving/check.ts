import type { ModelName, Peer } from './peers.ts';
import type { Expected } from './prepare.ts';
import { post } from './process.ts';

/** Float32 graphs answer within this of scikit-learn. */
const TOLERANCE = 1e-4;

/** Asks for every row and compares with scikit-learn's own answers; throws at the first that differs. */
export async function checkAnswers(
  peer: Peer,
  model: ModelName,
  port: number,
  { rows, expected }: Expected,
): Promise<void> {
  if (!peer.answers) return;
  const { predict, predict_proba: wanted } = expected[model];
  for (const [i, row] of rows.entries()) {
    const answer = await post(port, JSON.stringify({ rows: [row] }));
    const { predictions, probabilities } = answer as { predictions: number[]; probabilities: number[][] };
    const close = wanted[i]!.every((p, j) => Math.abs(p - probabilities[0]![j]!) <= TOLERANCE);
    if (predictions[0] !== predict[i] || !close) {
      const found = JSON.stringify(answer);
      throw new Error(
        `${peer.name}, ${model}, row ${i}: answered ${found}, scikit-learn ${predict[i]} ${wanted[i]}`,
      );
    }
  }
}
