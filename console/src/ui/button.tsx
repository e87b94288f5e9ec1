import { Button as BaseButton } from '@base-ui/react/button';
import type { ComponentProps } from 'react';

type Kind = 'plain' | 'main' | 'danger';

export const Button = ({
  kind = 'plain',
  ...rest
}: Omit<ComponentProps<typeof BaseButton>, 'className'> & { readonly kind?: Kind }) => (
  <BaseButton {...rest} className={`button button-${kind}`} />
);
