import {fileURLToPath} from 'node:url';
import tseslint from 'typescript-eslint';
import {importWalls} from './script/lint/import-walls.js';

const root = fileURLToPath(new URL('.', import.meta.url));

/**
 * Which part may import which: the design, section 3. A file belongs to the longest path that contains it, and files
 * of one part may import each other. `may` names whole entries of this table: `src/engine` below is the port itself,
 * src/engine/*.ts, and not the drivers under it. Why: siblings meet only in src/runtime, so each can be read, tested
 * and replaced without the others.
 */
const zones = {
  commands: {may: ['src/cli', 'src/model'], alone: true},
  'src/cli': {may: ['src/client', 'src/model']},
  'src/client': {may: ['src/model']},

  'src/platform': {may: ['src/model', 'src/files', 'src/certificates', ...door(), ...platformParts()]},
  'src/platform/api': {may: ['src/model', 'src/certificates', ...door(), ...platformParts()]},
  'src/platform/store': {may: ['src/model']},
  'src/platform/builds': {may: ['src/model', 'src/certificates', ...door(), ...platformParts()]},
  'src/platform/git': {may: ['src/model', 'src/certificates', ...door(), ...platformParts()]},

  // The door between platform and runtime: light, and without what the runtime is made of.
  'src/runtime/client.ts': {may: ['src/model', ...door()]},
  'src/runtime/log-chunks.ts': {may: ['src/model']},
  'src/runtime/ndjson.ts': {may: ['src/model']},
  'src/runtime/protocol.ts': {may: ['src/model', 'src/engine/engine.ts']},

  'src/runtime': {
    may: [
      ...door(),
      'src/dyno-manager',
      'src/router',
      'src/logplex',
      'src/certificates',
      'src/files',
      ...engines(),
      'src/model',
    ],
  },
  // Both processes sign with the installation's authority.
  'src/certificates': {may: ['src/model', 'src/files']},
  // How files that processes share are written.
  'src/files': {may: []},

  'src/dyno-manager': {may: ['src/engine/engine.ts', 'src/model']},
  'src/router': {may: ['src/model']},
  'src/logplex': {may: ['src/model']},

  'src/engine/engine.ts': {may: ['src/model']},
  'src/engine': {may: ['src/engine/engine.ts', 'src/model']},
  'src/engine/docker': {may: ['src/engine/engine.ts', 'src/engine', 'src/model']},
  'src/engine/process': {may: ['src/engine/engine.ts', 'src/engine', 'src/model']},
  'src/engine/swarm': {may: ['src/engine/engine.ts', 'src/engine', 'src/model']},

  'src/model': {may: [], builtins: false},

  // The library: `import {Runtime} from 'dyno-cli'`.
  'src/index.ts': {may: ['src/runtime', ...engines(), 'src/model']},
};

/** Where each third-party package lives. A new one gets a line here, or it cannot be imported below src/. */
const homes = {
  '@oclif/core': ['commands', 'src/cli'],
  chalk: ['src/cli'],
  listr2: ['src/cli'],
  dotenv: ['src/cli'],
  '@lydell/node-pty': ['src/cli', 'src/engine/process'],
  ignore: ['src/client', 'src/platform/builds'],
  'tar-fs': ['src/client', 'src/engine/docker', 'src/engine/process', 'src/engine/swarm'],
  'tar-stream': ['src/platform/builds', 'src/engine', 'src/engine/docker', 'src/engine/process'],
  execa: ['src/client', 'src/platform/builds', 'src/platform/git', 'src/runtime', 'src/engine', 'src/engine/process'],
  undici: ['src/client', 'src/platform', 'src/runtime', 'src/runtime/client.ts', 'src/router', 'src/logplex'],
  ajv: ['src/platform'],
  ssh2: ['src/platform'],
  fastify: ['src/platform', 'src/platform/api', 'src/platform/builds', 'src/platform/git'],
  libsql: ['src/platform/store'],
  yaml: ['src/model', 'src/platform/builds'],
  '@peculiar/x509': ['src/certificates'],
  // x509's dependency injection asks for it, imported once before it.
  'reflect-metadata': ['src/certificates'],
  dockerode: ['src/engine/docker', 'src/engine/swarm'],
  'ipaddr.js': ['src/model', 'src/router'],
};

function door() {
  return ['src/runtime/client.ts', 'src/runtime/log-chunks.ts', 'src/runtime/ndjson.ts', 'src/runtime/protocol.ts'];
}

function platformParts() {
  return ['src/platform', 'src/platform/api', 'src/platform/store', 'src/platform/builds', 'src/platform/git'];
}

function engines() {
  return ['src/engine/engine.ts', 'src/engine', 'src/engine/docker', 'src/engine/process', 'src/engine/swarm'];
}

export default tseslint.config(
  {ignores: ['dist/', 'coverage/', 'examples/', 'test/fixtures/', 'bench/results/']},

  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommended],
    languageOptions: {parserOptions: {projectService: true, tsconfigRootDir: root}},
    plugins: {dyno: {rules: {'import-walls': importWalls}}},
    rules: {
      'dyno/import-walls': ['error', {root, zones, homes}],
      'max-lines': ['warn', {max: 400}],
      'no-restricted-properties': [
        'error',
        {object: 'process', property: 'exit', message: 'Only bin/ ends the process: throw, or set process.exitCode.'},
      ],

      // The three mistakes with promises that no test finds. They need types, so they are chosen one by one.
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',

      // `import x = require('x')`: how to load CommonJS (docs/decisions/2026-11-26-memory.md).
      '@typescript-eslint/no-require-imports': ['error', {allowAsImport: true}],

      // What is imported at start is what `dyno ps` waits for.
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': [
        'error',
        {argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrors: 'none', ignoreRestSiblings: true},
      ],
    },
  },

  {
    files: ['src/**/*.ts', 'test/**/*.ts', 'bench/**/*.ts'],
    rules: {
      // Named exports everywhere but for the command classes, which oclif wants so.
      'no-restricted-exports': [
        'error',
        {restrictDefaultExports: {direct: true, named: true, defaultFrom: true, namedFrom: true, namespaceFrom: true}},
      ],
    },
  },

  {
    files: ['test/**/*.ts'],
    rules: {
      // chai: expect(x).to.be.true
      '@typescript-eslint/no-unused-expressions': 'off',
      // mocha and node take async functions and report their failure.
      '@typescript-eslint/no-misused-promises': ['error', {checksVoidReturn: {arguments: false}}],
    },
  },

  {files: ['**/*.js'], extends: [tseslint.configs.recommended]},
);
