/**
 * What the engine hands to a thread to send. The job in the store only names its delivery: secrets and passwords are
 * filled in when it starts, and stand in no job.
 */

export type WebhookOrder = {
  /** The same at every try. */
  id: string;
  url: string;
  secret: string;
  /** Sent, and signed, as it is. */
  body: string;
};

export type MailServer = {
  host: string;
  port: number;
  /** TLS from the first byte (port 465); else STARTTLS where the server offers it. */
  secure: boolean;
  user: string | null;
  password: string | null;
  from: string;
};

export type MailOrder = { id: string; to: string[]; subject: string; text: string; server: MailServer };

/** There is nothing to send, and no other try will find anything. */
export type NoOrder = { refusal: string };

/** Code of the error of a webhook whose receiver answered 410: it wants no more. */
export const receiverGoneCode = 'receiver-gone';
