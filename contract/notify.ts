/** Who is told how a job ended: what a submission asks for, and what became of each message. */

import { z } from 'zod';
import type { JobError } from './job.ts';
import { limits } from './limits.ts';
import { type AttemptOutcome, finalStates } from './states.ts';

const onSchema = z
  .array(z.enum(finalStates, { error: 'must be "completed", "dead" or "cancelled"' }))
  .min(1)
  .max(finalStates.length)
  .default(() => [...finalStates]);

const urlSchema = z.url({ protocol: /^https?$/, error: 'must be an address that begins with http:// or https://' }).max(limits.urlLength);

/** Standard Webhooks: `whsec_` and 24 to 64 bytes in base64. */
export const webhookSecretSchema = z
  .string()
  .regex(/^whsec_(?:[A-Za-z0-9+/]{4}){8,21}(?:[A-Za-z0-9+/]{4}|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{2}==)?$/, {
    error: 'must be "whsec_" and 24 to 64 bytes in base64; leave it out to have one made',
  });

/** Kept narrow: an address goes into a header and into SMTP commands. `root@localhost` is one. */
const mailAddressSchema = z
  .string()
  .max(254)
  .regex(/^[^\s@<>(),;:"\\]+@[^\s@<>(),;:"\\]+$/, 'must be a plain mail address, such as ops@example.org');

export const notificationSchema = z.discriminatedUnion(
  'type',
  [
    z.strictObject({
      type: z.literal('webhook'),
      url: urlSchema,
      on: onSchema,
      /** To sign with; without it that of the address's endpoint. */
      secret: webhookSecretSchema.exactOptional(),
    }),
    z.strictObject({
      type: z.literal('email'),
      to: z.union([mailAddressSchema.transform((address) => [address]), z.array(mailAddressSchema).min(1).max(limits.mailRecipients)]),
      on: onSchema,
    }),
    z.strictObject({ type: z.literal('desktop'), on: onSchema }),
  ],
  { error: 'must have a type: "webhook", "email" or "desktop"' },
);

export const notifySchema = z.array(notificationSchema).max(limits.notifications);
/** As it was asked for, with its secret. */
export type NotificationRequest = z.output<typeof notificationSchema>;

export const deliveryTypes = ['webhook', 'email'] as const;
export type DeliveryType = (typeof deliveryTypes)[number];

/** `failed`: it is not tried again by itself. */
export const deliveryStates = ['pending', 'delivered', 'failed'] as const;
export type DeliveryState = (typeof deliveryStates)[number];

export const deliveryEvents = ['job.completed', 'job.dead', 'job.cancelled'] as const;
export type DeliveryEvent = (typeof deliveryEvents)[number];

export type DeliveryAttempt = {
  /** The delivery's own job. */
  runId: string;
  attempt: number;
  startedAt: string;
  finishedAt: string;
  outcome: AttemptOutcome;
  /** What the receiver answered: of HTTP, or of SMTP; null when it did not. */
  status: number | null;
  error: JobError | null;
};

/** One message to one receiver about the end of one job. */
export type Delivery = {
  /** Also the `webhook-id` and the Message-ID: the same at every try. */
  id: string;
  /** Whose end it tells. */
  jobId: string;
  event: DeliveryEvent;
  type: DeliveryType;
  /** The address, of a web server or of people. */
  target: string;
  endpointId: string | null;
  state: DeliveryState;
  createdAt: string;
  /** When it was delivered, or given up. */
  endedAt: string | null;
  /** While it is pending: when it is tried next, or was to be. */
  nextAttemptAt: string | null;
  /** The job that sends it, in the queue `switchyard.deliveries`; null: there is none, or it is kept no longer. */
  runId: string | null;
  /** Why it failed. */
  error: JobError | null;
  /** Those that have ended, oldest first; at most the last 50. */
  attempts: DeliveryAttempt[];
};

/** An address that webhooks go to, and the secret that they are signed with. */
export type Endpoint = {
  id: string;
  /** Without query and fragment: `…/hook?a=1` and `…/hook?a=2` are one endpoint. */
  url: string;
  description: string | null;
  secret: string;
  /** false: nothing is sent there. A receiver that answers 410 turns its endpoint off. */
  enabled: boolean;
  offReason: string | null;
  /** Made by hand rather than by a submission that named its address. */
  registered: boolean;
  createdAt: string;
  updatedAt: string;
};

const descriptionSchema = z.string().min(1).max(200).nullable().optional();

export const endpointSchema = z.strictObject({
  url: urlSchema,
  description: descriptionSchema,
  secret: webhookSecretSchema.optional(),
});
export type EndpointInput = z.output<typeof endpointSchema>;

export const endpointPatchSchema = z
  .strictObject({ description: descriptionSchema, enabled: z.boolean().optional(), secret: webhookSecretSchema.optional() })
  .refine((patch) => Object.keys(patch).length > 0, 'must change something: description, enabled or secret');
export type EndpointPatch = z.output<typeof endpointPatchSchema>;
