/** Finds the entry of a table for a path: one Map look-up for fixed paths, one per segment for those with parameters. */

export type Params = Readonly<Record<string, string>>;

export type Match<Entry> = {
  /** By method. */
  entries: ReadonlyMap<string, Entry>;
  /** Still percent-encoded. */
  params: Params;
};

export type Router<Entry> = (path: string) => Match<Entry> | null;

type Node<Entry> = {
  fixed: Map<string, Node<Entry>>;
  parameter: { name: string; node: Node<Entry> } | null;
  entries: Map<string, Entry>;
};

const noParams: Params = Object.freeze({});

/** Segments in braces are parameters; a fixed segment is preferred to a parameter in its place. */
export function compileRouter<Entry>(table: Iterable<{ method: string; path: string; entry: Entry }>): Router<Entry> {
  const root = makeNode<Entry>();
  const whole = new Map<string, Match<Entry>>();
  for (const { method, path, entry } of table) {
    let node = root;
    for (const segment of path.slice(1).split('/')) node = step(node, segment);
    if (node.entries.has(method)) throw new Error(`${method} ${path} stands twice in the table`);
    node.entries.set(method, entry);
    if (!path.includes('{')) whole.set(path, { entries: node.entries, params: noParams });
  }
  return (path) => whole.get(path) ?? walk(root, path);
}

function makeNode<Entry>(): Node<Entry> {
  return { fixed: new Map(), parameter: null, entries: new Map() };
}

function step<Entry>(node: Node<Entry>, segment: string): Node<Entry> {
  if (segment.startsWith('{')) {
    const name = segment.slice(1, -1);
    node.parameter ??= { name, node: makeNode() };
    if (node.parameter.name !== name) throw new Error(`{${name}} and {${node.parameter.name}} stand in the same place`);
    return node.parameter.node;
  }
  let next = node.fixed.get(segment);
  if (!next) {
    next = makeNode();
    node.fixed.set(segment, next);
  }
  return next;
}

function walk<Entry>(root: Node<Entry>, path: string): Match<Entry> | null {
  let node = root;
  let start = 1;
  const params: Record<string, string> = {};
  while (start <= path.length) {
    const slash = path.indexOf('/', start);
    const end = slash === -1 ? path.length : slash;
    const segment = path.slice(start, end);
    const fixed = node.fixed.get(segment);
    if (fixed) node = fixed;
    else if (node.parameter && segment !== '') {
      params[node.parameter.name] = segment;
      node = node.parameter.node;
    } else return null;
    start = end + 1;
    // A slash at the end leaves an empty segment behind, which matches nothing.
    if (slash !== -1 && start === path.length) return null;
  }
  return node.entries.size === 0 ? null : { entries: node.entries, params };
}
