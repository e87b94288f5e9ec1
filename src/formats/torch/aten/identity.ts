import type { AtenCall } from './call.ts';
import { rows, views, viewsOrCopies } from './operator.ts';
import type { AtenTensor } from './value.ts';

/** What changes nothing in a graph that only answers: copies, drop-out, hints. */

const same = (call: AtenCall): AtenTensor => call.tensor('self');

/** Drop-out is the identity while a model answers; one that was saved in training mode answers by chance. */
const dropout = (call: AtenCall): AtenTensor => {
  const train = call.value('train') ?? call.value('training') ?? false;
  if (train === true && call.number('p', 0.5) > 0)
    throw call.refusal('train', 'true', 'a model saved in eval mode (`model.eval()`)');
  return call.tensor('input');
};

/** Moves to a type; devices and layouts of memory say nothing here. */
const converted = (call: AtenCall): AtenTensor => {
  const x = call.tensor('self');
  const other = call.tensorOrNull('other');
  return call.g.cast(x, call.dtype('dtype') ?? other?.dtype ?? x.dtype);
};

export const IDENTITIES = [
  ...viewsOrCopies('dropout feature_dropout alpha_dropout feature_alpha_dropout', 'input p train', dropout),
  ...viewsOrCopies('native_dropout', 'input p train', (call) => [dropout(call), null]),
  ...views('detach detach_ alias lift_fresh lift requires_grad_', 'self requires_grad', same),
  ...viewsOrCopies('double', 'self', (call) => call.g.cast(call.tensor('self'), 'float64')),
  ...rows('lift_fresh_copy detach_copy alias_copy', 'self', same),
  ...viewsOrCopies('contiguous', 'self memory_format', same),
  ...rows('clone', 'self memory_format', same),
  ...viewsOrCopies('to.dtype', 'self dtype non_blocking copy memory_format', converted),
  ...viewsOrCopies(
    'to.dtype_layout',
    'self dtype layout device pin_memory non_blocking copy memory_format',
    converted,
  ),
  ...viewsOrCopies('to.device', 'self device dtype non_blocking copy memory_format', converted),
  ...viewsOrCopies('to.other', 'self other non_blocking copy memory_format', converted),
  ...rows('_to_copy', 'self dtype layout device pin_memory non_blocking memory_format', converted),
  ...viewsOrCopies('type_as', 'self other', converted),
  ...viewsOrCopies('float', 'self', (call) => call.g.cast(call.tensor('self'), 'float32')),
  ...viewsOrCopies('cpu resolve_conj resolve_neg conj _conj positive real', 'self', same),
];
