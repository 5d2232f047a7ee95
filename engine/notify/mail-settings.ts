/**
 * The mail server, from `settings.json` in the home: `{ "mail": { "host", "port"?, "secure"?, "user"?, "password"? or
 * "passwordFile"?, "from" } }`. A file rather than a table: a password in the database would be in each backup of it.
 */

import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import type { MailServer } from '../../contract/delivery-order.ts';

const line = z.string().min(1).max(500);

const mailSchema = z
  .strictObject({
    host: line,
    port: z.int().min(1).max(65_535).optional(),
    secure: z.boolean().optional(),
    user: line.optional(),
    password: line.optional(),
    /** Absolute, or from the folder of the settings. Read at each mail, so that a changed one is used at once. */
    passwordFile: line.optional(),
    from: z.string().min(3).max(320),
  })
  .refine(
    ({ password, passwordFile }) => password === undefined || passwordFile === undefined,
    'must have password or passwordFile, not both',
  );

/** The rest of the file is other settings'. */
const settingsSchema = z.object({ mail: mailSchema.optional() });

/** Why no mail can be sent, in words that say what to do. */
export class MailNotSetUp extends Error {
  override readonly name = 'MailNotSetUp';
}

/** Port 587 without TLS from the start (STARTTLS), 465 with it, where the file does not say. @throws MailNotSetUp */
export function readMailServer(file: string): MailServer {
  const { host, port, secure = port === 465, user, password, passwordFile, from } = readMail(file);
  return {
    ...{ host, secure, from, user: user ?? null },
    port: port ?? (secure ? 465 : 587),
    password: passwordFile === undefined ? (password ?? null) : readPassword(resolve(dirname(file), passwordFile)),
  };
}

function readMail(file: string): z.output<typeof mailSchema> {
  let settings: unknown;
  try {
    settings = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw notSetUp(file);
    throw new MailNotSetUp(`${file} cannot be read: ${message}`);
  }
  const checked = settingsSchema.safeParse(settings);
  if (!checked.success) {
    const [issue] = checked.error.issues;
    throw new MailNotSetUp(`${file} is not as it should be: ${issue ? `${issue.path.join('.')}: ${issue.message}` : 'unknown'}`);
  }
  if (!checked.data.mail) throw notSetUp(file);
  return checked.data.mail;
}

function readPassword(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new MailNotSetUp(`The password of the mail server cannot be read: ${error instanceof Error ? error.message : error}`);
  }
}

function notSetUp(file: string): MailNotSetUp {
  return new MailNotSetUp(`Mail is not set up. Write the server into ${file}: {"mail": {"host": "…", "from": "…"}}`);
}
