/** `deliver`: Secrets of clusters that an entry's files go into. */
import * as z from 'zod';
import type { Delivery } from '../pki/delivery.ts';
import { isDnsLabel, isDnsSubdomain } from '../pki/kubernetes.ts';
import { quote } from '../pki/printable.ts';
import { type Parsed, parsed, refused, using, wanted } from './problem.ts';

const HINT = 'write namespace and name as Kubernetes takes them, such as "shop/api-tls"';

const secret = z
  .string(wanted('a Secret such as "shop/api-tls"', HINT))
  .transform(using(parseSecret))
  .meta({ examples: ['shop/api-tls'] });

function parseSecret(text: string): Parsed<Pick<Delivery, 'namespace' | 'name'>> {
  const [namespace = '', name = '', ...more] = text.split('/');
  if (isDnsLabel(namespace) && isDnsSubdomain(name) && more.length === 0) return parsed({ namespace, name });
  return refused('artifact', `${quote(text)} is no Secret in a namespace`, HINT);
}

const context = z
  .string(wanted('the name of a context of kubectl'))
  .transform(using(parseContext))
  .meta({ description: 'The context of kubectl, as "kubectl config get-contexts" lists it.' });

function parseContext(text: string): Parsed<string> {
  if (text !== '' && text.length <= 253 && !/[\p{Cc}\p{Cs}]/u.test(text)) return parsed(text);
  return refused('artifact', `${quote(text)} is no name of a context`, 'see "kubectl config get-contexts"');
}

const shape = z.strictObject(
  { secret, context },
  wanted('a map such as { secret: shop/api-tls, context: prod }'),
);

/** Its keys. */
export const DELIVER_KEYS: readonly string[] = Object.keys(shape.shape);

/** A key goes where the manifest says, and not where a terminal happens to point. */
export const deliver = z
  .array(
    shape.transform(({ secret: place, context: of }): Delivery => ({ ...place, context: of })),
    wanted('a list such as [{ secret: shop/api-tls, context: prod }]'),
  )
  .max(100);
