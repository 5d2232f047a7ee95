/** What is wrong with a value, in plain words that say what would be right. Zod asks only where a schema gives none of its own. */

import type { z } from 'zod';

type Issue = z.core.$ZodRawIssue;

/** Of a field in a body. */
export function bodyWords(issue: Issue): string {
  const words = constraintWords(issue);
  if (issue.code !== 'invalid_type' && issue.code !== 'invalid_value') return words;
  if (issue.input === undefined) return `is required: ${words}`;
  return issue.code === 'invalid_type' ? `${words}, not ${kindOf(issue.input)}` : words;
}

/** Of a query parameter: all of them are optional, and every value is text. */
export function queryWords(issue: Issue): string {
  if (issue.code !== 'invalid_type') return constraintWords(issue);
  if (Array.isArray(issue.input)) return 'must be given once';
  return issue.expected === 'number' || issue.expected === 'int' ? 'must be a whole number, in digits' : constraintWords(issue);
}

function constraintWords(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${kinds[issue.expected] ?? issue.expected}`;
    case 'invalid_value':
      return `must be ${issue.values.length === 1 ? '' : 'one of '}${issue.values.map((value) => JSON.stringify(value)).join(', ')}`;
    case 'too_small':
      if (issue.origin === 'string') return issue.minimum === 1 ? 'must not be empty' : `must have at least ${issue.minimum} characters`;
      if (issue.origin === 'array') return `must hold at least ${issue.minimum} ${issue.minimum === 1 ? 'item' : 'items'}`;
      return `must be ${issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}`;
    case 'too_big':
      if (issue.origin === 'string') return `must have at most ${issue.maximum} characters`;
      if (issue.origin === 'array') return `must hold at most ${issue.maximum} items`;
      return `must be ${issue.inclusive === false ? 'less than' : 'at most'} ${issue.maximum}`;
    case 'invalid_format':
      return `must be written as ${issue.format}`;
    case 'unrecognized_keys':
      return 'unknown field';
    default:
      return issue.message ?? 'is not valid';
  }
}

const kinds: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'a JSON object',
  array: 'a list',
  null: 'null',
};

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'number') return Number.isInteger(value) ? 'a number' : 'a fraction';
  if (typeof value === 'boolean') return String(value);
  return typeof value === 'string' ? 'a string' : 'a JSON object';
}
