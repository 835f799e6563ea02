import Module from 'node:module';

/**
 * Packages that oclif requires at its start and that most commands never call: help templates, globbing, wrapping of
 * error texts. They cost a third of oclif's load time.
 */
const DEFERRED = new Set(['clean-stack', 'cli-spinners', 'ejs', 'lilconfig', 'minimatch', 'tinyglobby', 'wrap-ansi']);

type Load = (request: string, parent: unknown, isMain: boolean) => object;

/**
 * From now on these packages are loaded when something of them is used, not when they are required. Only for CommonJS
 * modules, whose exports are looked up at each use; a package not in the list is not touched.
 */
export function deferPackages(names: ReadonlySet<string> = DEFERRED): void {
  const loader = Module as unknown as {_load: Load};
  const load = loader._load;
  loader._load = function (this: unknown, request, parent, isMain) {
    if (!names.has(request)) return load.call(this, request, parent, isMain);
    return standIn(() => load.call(this, request, parent, isMain));
  };
}

/** What requires it sees an object or a function, whichever the package is. */
function standIn(load: () => object): object {
  let loaded: object | undefined;
  const get = () => (loaded ??= load());
  return new Proxy(() => {}, {
    // Asked for at once by compiled imports. None of these packages' users looks for a default export.
    get: (_target, key) => (key === '__esModule' ? false : (Reflect.get(get(), key) as unknown)),
    apply: (_target, self, args) => Reflect.apply(get() as () => unknown, self, args) as unknown,
    construct: (_target, args) => Reflect.construct(get() as new () => object, args) as object,
  });
}
