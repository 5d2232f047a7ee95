/** How the input schema of a task is read: by the thread that reads the task, and by the engine, which checks payloads with it. */

/** For Ajv. Formats are annotations in JSON Schema 2020-12 unless asked for; unknown keywords are allowed for the same reason. */
export const payloadSchemaOptions = { allErrors: true, strict: false, validateFormats: false, logger: false, verbose: true } as const;
