import {expect} from 'chai';
import {SchemaChecks} from '../../src/platform/schema/hyper-schema.js';
import {PathParameters} from '../../src/platform/schema/path-parameters.js';

const ID = '01234567-89ab-cdef-0123-456789abcdef';

describe('what stands in a path', () => {
  const checks = new SchemaChecks();
  const misnamed = (path: string, ...values: string[]) => {
    const names = [...path.matchAll(/:(\w+)/g)].map(([, name]) => name!);
    const params = Object.fromEntries(names.map((name, index) => [name, values[index]!]));
    return new PathParameters(checks, 'GET', path).misnamed(params);
  };

  const cases: [path: string, values: string[], misnamed: string | null][] = [
    ['/apps/:app', ['demo'], null],
    ['/apps/:app', [ID], null],
    ['/apps/:app', ['Demo'], 'app'],
    ['/apps/:app', ['../etc'], 'app'],
    ['/apps/:app', [''], 'app'],
    ['/apps/:app/releases/:release', ['demo', '3'], null],
    ['/apps/:app/releases/:release', ['demo', 'v3'], null],
    ['/apps/:app/releases/:release', ['demo', ID], null],
    ['/apps/:app/releases/:release', ['demo', 'latest'], 'release'],
    ['/apps/:app/releases/:release', ['DEMO', 'latest'], 'app'],
    ['/apps/:app/formation/:type', ['demo', 'web'], null],
    ['/apps/:app/formation/:type', ['demo', 'we b'], 'process type'],
    ['/apps/:app/builds/:build', ['demo', 'first'], 'build'],
    ['/spaces/:space', ['acme'], null],
    ['/spaces/:space', ['a--b'], 'space'],
    ['/teams/apps/:app', [ID], null],
    ['/pipelines/:pipeline/latest-releases', ['line'], null],
    ['/pipelines/:pipeline/latest-releases', ['-'], 'pipeline'],
    ['/apps/:app/domains/:domain', ['demo', '*.example.com'], null],
    ['/account/features/:feature', ['any'], null],
    ['/no/call/:of/the/schema', ['-'], null],
  ];
  for (const [path, values, wanted] of cases) {
    it(`${path} with ${JSON.stringify(values)}: ${wanted ? `no ${wanted} has such a name` : 'may be'}`, () => {
      expect(misnamed(path, ...values)).to.equal(wanted);
    });
  }
});
