/**
 * zod compiles its object checks with `new Function` where it may; the window's content security policy forbids that,
 * and even the attempt is reported as a violation. This module must therefore be imported before any schema is made.
 */

import { config } from 'zod';

config({ jitless: true });
