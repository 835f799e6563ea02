// ESLint rule: what a file may import depends on the part of the house it lives in. The table is in eslint.config.js.
import {isBuiltin} from 'node:module';
import {dirname, relative, resolve, sep} from 'node:path';

/**
 * Options: {root, zones, homes}.
 * zones: path of a folder or file → {may: other zones, builtins: false where node: is forbidden, alone: true where its
 * own files may not import each other}. The longest path that contains a file is its zone; a file in none has no walls.
 * homes: third-party package → the zones that may import it. One that is not listed may be imported nowhere.
 */
export const importWalls = {
  meta: {
    type: 'problem',
    schema: [{type: 'object'}],
    messages: {
      zone: '{{from}} may not import from {{to}}; it may import {{may}}.',
      package: '{{from}} may not import {{name}}; its home is {{homes}}.',
      homeless: '{{name}} has no home yet: add it to the table in eslint.config.js.',
      builtin: '{{from}} does no I/O: it may not import {{name}}.',
    },
  },
  create(context) {
    const [{root, zones, homes}] = context.options;
    const from = zoneOf(context.filename);
    if (from === undefined) return {};

    function zoneOf(file) {
      const path = relative(root, file).split(sep).join('/');
      return Object.keys(zones)
        .filter((zone) => path === zone || path.startsWith(`${zone}/`))
        .sort((a, b) => b.length - a.length)[0];
    }

    function check(source) {
      const name = source?.value;
      if (typeof name !== 'string') return;
      if (name.startsWith('.')) checkZone(source, name);
      else if (isBuiltin(name)) checkBuiltin(source, name);
      else checkPackage(source, packageOf(name));
    }

    function checkZone(node, name) {
      const target = resolve(dirname(context.filename), name).replace(/\.js$/, '.ts');
      const to = zoneOf(target) ?? relative(root, target);
      const {may, alone} = zones[from];
      if (to === from ? !alone : may.includes(to)) return;
      context.report({node, messageId: 'zone', data: {from, to, may: may.join(', ') || 'nothing but itself'}});
    }

    function checkBuiltin(node, name) {
      if (zones[from].builtins === false) context.report({node, messageId: 'builtin', data: {from, name}});
    }

    function checkPackage(node, name) {
      const allowed = homes[name];
      if (allowed === undefined) return context.report({node, messageId: 'homeless', data: {name}});
      if (!allowed.includes(from)) {
        context.report({node, messageId: 'package', data: {from, name, homes: allowed.join(', ')}});
      }
    }

    return {
      ImportDeclaration: (node) => check(node.source),
      ExportNamedDeclaration: (node) => check(node.source),
      ExportAllDeclaration: (node) => check(node.source),
      ImportExpression: (node) => check(node.source),
      TSImportType: (node) => check(node.source ?? node.argument?.literal),
      TSExternalModuleReference: (node) => check(node.expression),
    };
  },
};

/** `@oclif/core/command` → `@oclif/core`; `undici/types` → `undici`. */
function packageOf(name) {
  return name.split('/', name.startsWith('@') ? 2 : 1).join('/');
}
