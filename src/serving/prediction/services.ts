import type { Logger } from '../../core/ports.ts';
import type { AccessGate } from '../access-gate.ts';
import type { AdmissionController } from '../admission/admission-controller.ts';
import type { Tarpit } from '../admission/tarpit.ts';
import type { DataPlane } from '../data-plane.ts';
import type { LazyExplanations } from '../explanations/lazy-explanations.ts';
import type { BodyDecompressor } from '../http/decompressor.ts';
import type { HttpLimits } from '../http/limits.ts';
import type { ReceiveSlots } from '../http/receive-slots.ts';
import type { ServingMetrics } from '../metrics/serving-metrics.ts';
import type { ShadowRunner } from '../shadow-runner.ts';
import type { ScoringPool } from '../threads/scoring-pool.ts';
import type { LoopScheduler } from './loop-scheduler.ts';
import type { PredictionRouter } from './router.ts';

/** What the bodies of all requests share. */
export interface BodyServices {
  readonly limits: HttpLimits;
  readonly metrics: ServingMetrics;
  readonly decompressor: BodyDecompressor;
  readonly receiving: ReceiveSlots;
}

/** What all prediction requests of a server share. */
export interface PredictionServices extends BodyServices {
  readonly plane: DataPlane;
  readonly router: PredictionRouter;
  readonly scheduler: LoopScheduler;
  readonly admission: AdmissionController;
  /** Holds refusals until it is their turn. */
  readonly tarpit: Tarpit;
  readonly pool: ScoringPool;
  /** Explains answers. */
  readonly explanations: LazyExplanations;
  readonly logger: Logger;
  /** Says who may ask; null where everybody may. */
  readonly gate: AccessGate | null;
  /** Copies requests to candidates; null where none is copied. */
  readonly shadow: ShadowRunner | null;
  /** Once set, every answer asks its client to connect elsewhere. */
  isStopping: boolean;
}
