/** Who may import whom: the folders of the design as rules. `test/architecture/import-rules.test.ts` plants a violation of each. */

const ours = '^(contract|engine|workers|cli|electron|renderer|lab|test|bench|examples|scripts)/';

/** @typedef {import('dependency-cruiser').IForbiddenRuleType} Rule */

/**
 * Every fence is the same sentence: what lies in `from` imports of ours nothing but `allowed`.
 * @type {(name: string, from: string, allowed: string, comment: string) => Rule}
 */
const fence = (name, from, allowed, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { path: from },
  to: { path: ours, pathNot: allowed },
});

/** @type {(name: string, from: Rule['from'], to: object, comment: string) => Rule} */
const forbidden = (name, from, to, comment) => /** @type {Rule} */ ({ name, comment, severity: 'error', from, to });

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    fence('contract-is-pure', '^contract/', '^contract/', 'Everyone imports the contract, so it imports nothing of ours.'),
    forbidden(
      'contract-needs-only-zod',
      { path: '^contract/' },
      { dependencyTypesNot: ['local'], pathNot: '(^|/)zod(/|$)' },
      'The contract runs in the page, in threads and in other programs: no Node, no other package.',
    ),
    fence('workers-know-the-contract', '^workers/', '^(workers|contract)/', 'A task runs in a thread that has no engine around it.'),
    fence('cli-knows-the-contract', '^cli/', '^(cli|contract|lab)/', 'There is one way in: the API, through the typed client.'),
    fence('electron-knows-the-contract', '^electron/', '^(electron|contract)/', 'There is one way in: the API, through the typed client.'),
    fence(
      'renderer-knows-the-contract',
      '^renderer/',
      '^(renderer|contract|lab)/',
      'There is one way in: the API, through the typed client.',
    ),
    fence('lab-knows-the-contract', '^lab/', '^(lab|contract)/', 'Models are pure.'),
    forbidden(
      'lab-needs-only-the-contract',
      { path: '^lab/' },
      { dependencyTypesNot: ['local'], pathNot: '^(lab|contract)/' },
      'Models run in the page, in the engine and in the command line: no Node, no package.',
    ),
    fence(
      'engine-knows-the-contract',
      '^engine/',
      '^(engine|contract|lab)/|^workers/(declared/|collect-garbage\\.ts$)',
      'Tasks are loaded by threads, never by the engine, which reads only what the built-in ones declare.',
    ),
    fence('store-knows-no-queue', '^engine/store/', '^(engine/store|contract)/', 'All SQL, and nothing of what it is for.'),
    fence(
      'lanes-know-no-store',
      '^engine/lanes/',
      '^(engine/lanes|contract|workers/declared)/|^engine/queue/(lanes|brief-map)\\.ts$',
      'Lanes run jobs, behind the interface that the queue asks for; who keeps the jobs is not their concern.',
    ),
    fence(
      'queue-is-given-its-lanes',
      '^engine/queue/',
      '^(engine/(queue|store|notify)|contract|lab)/',
      'Tests give it lanes of their own; the API is above it.',
    ),
    fence(
      'lab-knows-little-of-the-queue',
      '^engine/lab/',
      '^(engine/(lab|store)|contract|lab)/|^engine/queue/(backend|cursor|time-ordered-id)\\.ts$',
      'Its runs have an engine of their own; of the user’s queue it needs nothing.',
    ),
    fence('notify-knows-no-queue', '^engine/notify/', '^(engine/notify|contract)/', 'Deliveries are told what to send and where.'),
    fence(
      'api-goes-through-the-queue',
      '^engine/api/',
      '^(engine/(api|queue)|contract|lab)/',
      'Another backend may stand behind that interface.',
    ),
    forbidden(
      'api-takes-types-from-the-queue',
      { path: '^engine/api/' },
      { path: '^engine/queue/', dependencyTypesNot: ['type-only'] },
      'The backend is handed to it, so that another one can be.',
    ),
    forbidden(
      'only-lanes-know-piscina',
      { path: ours, pathNot: '^(engine/lanes|test|bench)/' },
      { path: '(^|/)piscina(/|$)' },
      'One place owns the threads.',
    ),
    forbidden(
      'only-the-store-knows-sqlite',
      { path: ours, pathNot: '^(engine/store|test|bench|examples)/' },
      { path: '(^|/)better-sqlite3(/|$)|(^|:)sqlite$' },
      'One place owns the database.',
    ),
    forbidden(
      'engine-is-plain-node',
      { path: '^(engine|workers|cli|lab)/' },
      { path: '(^|/)(electron|react|react-dom|@mantine)(/|$)' },
      'The same engine serves without a window.',
    ),
    forbidden('renderer-runs-in-a-page', { path: '^renderer/' }, { dependencyTypes: ['core'] }, 'The page has no Node.'),
    forbidden(
      'features-stand-alone',
      { path: '^renderer/features/([^/]+)/' },
      { path: '^renderer/features/', pathNot: '^renderer/features/$1/' },
      'What two features share belongs into ui/ or data/.',
    ),
    fence('ui-knows-no-data', '^renderer/ui/', '^(renderer/ui|contract)/', 'Parts that are given what they show.'),
    fence('data-knows-no-pages', '^renderer/data/', '^(renderer/data|contract)/', 'Pages come and go above it.'),
    forbidden(
      'only-tests-import-tests',
      { path: ours, pathNot: '^(test|bench)/' },
      { path: '^(test|bench)/' },
      'Nothing that ships depends on what does not.',
    ),
    forbidden('no-cycles', {}, { circular: true }, 'Two modules that need each other are one, or three.'),
    forbidden(
      'no-orphans',
      { orphan: true, path: ours, pathNot: '^(test|bench|examples|scripts)/|\\.d\\.ts$|^[^/]+/tsconfig\\.json$' },
      {},
      'A module that nobody imports is dead.',
    ),
    forbidden('nothing-unresolved', {}, { couldNotResolve: true }, 'An import that leads nowhere hides what it would have broken.'),
    forbidden(
      'only-declared-packages',
      { path: ours },
      { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
      'A package that package.json does not name is here by accident.',
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(out|coverage|test-results)/' },
    // Type-only imports count: a fence that types leak through is none.
    tsPreCompilationDeps: true,
    // With TypeScript 7 alone nothing would be examined at all.
    parser: 'swc',
    combinedDependencies: false,
    moduleSystems: ['es6', 'cjs'],
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.mjs', '.js', '.cjs', '.json', '.d.ts'],
    },
  },
};
