/**
 * Teaches swc's visitor, through which dependency-cruiser finds imports, about `using` and `await using`: it refuses a
 * file that holds one. What the declaration is initialised with is visited too, as an import may stand there.
 */

import { createRequire } from 'node:module';

/** @type {typeof import('@swc/core/Visitor.js')} */
const { Visitor } = createRequire(import.meta.url)('@swc/core/Visitor.js');
const { prototype } = Visitor;
const visitStatement = prototype.visitStatement;

/**
 * @this {InstanceType<typeof Visitor>}
 * @param {any} statement
 */
prototype.visitStatement = function visitStatementOrUsing(statement) {
  if (statement.type !== 'UsingDeclaration') return visitStatement.call(this, statement);
  statement.decls = this.visitVariableDeclarators(statement.decls);
  return statement;
};
